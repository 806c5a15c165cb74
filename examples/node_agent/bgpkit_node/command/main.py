"""The command ``bgpkit-node`` from its first moment: Ctrl-C is no trace while the rest is still being loaded."""

import os
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import NoReturn


def main() -> None:
    """Run the command; every error is one sentence on standard error; exit code 1, and 2 for wrong words."""
    with _interruptible():
        from bgpkit_node.command.program import run
    run()


@contextmanager
def _interruptible() -> Generator[None]:
    """Let SIGINT end the process as the command itself does: one word, exit code 130; what it ignores it goes on to.

    An exception out of an import may be taken for a fault of the import.
    """
    present = signal.getsignal(signal.SIGINT)
    if present is not signal.default_int_handler or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, _end)
    yield
    signal.signal(signal.SIGINT, present)


def _end(*_: object) -> NoReturn:
    os.write(2, b"interrupted\n")
    os._exit(130)


if __name__ == "__main__":
    main()
