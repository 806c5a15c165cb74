"""A lock among the processes of one machine, which the kernel releases when its holder ends, however it ends."""

import fcntl
import os
from pathlib import Path
from typing import Final

from bgpkit_node.errors import NodeError

_FREE: Final = -1


class FileLock:
    """A lock that a file stands for; in it is the holder's process id."""

    def __init__(self, path: Path) -> None:
        """Take nothing yet; the directory of ``path`` is made when it is taken."""
        self._path = path
        self._descriptor = _FREE
        self.holder = ""
        """The process that has the lock, when it could not be taken."""

    def take(self) -> bool:
        """Return whether the lock is ours now. NodeError when the file cannot be written."""
        try:
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise NodeError(f"{self._path}: cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.holder = os.read(descriptor, 20).decode(errors="replace").strip()
            os.close(descriptor)
            return False
        os.truncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock up, if it is ours."""
        if self._descriptor != _FREE:
            os.close(self._descriptor)
            self._descriptor = _FREE
