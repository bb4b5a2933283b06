"""What is in `examples/` runs."""
