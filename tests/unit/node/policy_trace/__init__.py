"""What is told of denied packets, one module at a time."""
