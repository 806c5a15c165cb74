"""The rows of path attributes and their values."""
