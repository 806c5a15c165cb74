"""What is translated for pods that call outside, one module at a time."""
