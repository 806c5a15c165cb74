"""One set-up at a time in a checkout."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bgpkit_setup.report import SetupError, say


@contextmanager
def one_at_a_time(path: Path) -> Generator[None]:
    """Hold an exclusive lock on a file; wait, and say so, while another process holds it.

    The kernel drops the lock when the holder ends, however it ends.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        opened = path.open("a", encoding="utf-8")
    except OSError as error:
        raise SetupError(
            f"{error.filename}: {error.strerror}: set-up writes into the checkout; use one of your own (git clone)"
        ) from error
    with opened as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another set-up of this checkout to end")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
