"""Our speed beside that of the engines alone, measured in one run: ratios outlast machines, rates do not."""
