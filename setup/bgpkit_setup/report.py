"""What set-up tells the person who typed the command."""

import sys


class SetupError(Exception):
    """Set-up cannot go on; the message is the one sentence that the person reads."""


def say(text: str) -> None:
    """Print one line of progress to the standard error stream (a target's own output stays clean)."""
    print(f"set-up: {text}", file=sys.stderr, flush=True)
