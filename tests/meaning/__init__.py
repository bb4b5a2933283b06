"""What words mean, looked up in files and by rules: no engine is needed."""
