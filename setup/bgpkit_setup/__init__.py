"""What the make targets need before they run: standard library only, for the system's python3."""
