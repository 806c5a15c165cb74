"""The file of a Unix socket: made for its owner only, taken over from a dead process, refused while one lives."""

import contextlib
import fcntl
import os
import socket
import stat
from pathlib import Path
from typing import Final

from bgpkit_node.errors import NodeError

_BACKLOG: Final = 128


class SocketFile:
    """A listening socket at ``path`` and a lock beside it, ``<path>.lock``, that tells the living from the dead."""

    def __init__(self, path: Path) -> None:
        """Touch nothing before it is opened."""
        self._path = path
        self._lock = -1

    def open(self) -> socket.socket:
        """Return the listening socket, mode 0600; NodeError when the path is served or cannot be used."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._take_lock()
            try:
                return self._listen()
            except BaseException:
                self._drop_lock()
                raise
        except OSError as error:
            msg = f"cannot listen on {self._path}: {error.strerror or error}"
            raise NodeError(msg) from error

    def close(self) -> None:
        """Remove the socket's file and give the lock up; the listening socket is its holder's to close."""
        if self._lock >= 0:
            with contextlib.suppress(OSError):
                self._path.unlink()
            self._drop_lock()

    def _take_lock(self) -> None:
        path = self._path.with_name(f"{self._path.name}.lock")
        self._lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._drop_lock()
            msg = f"another agent is serving {self._path}; stop it first, or give this one another socket"
            raise NodeError(msg) from error

    def _drop_lock(self) -> None:
        os.close(self._lock)
        self._lock = -1

    def _listen(self) -> socket.socket:
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISSOCK(self._path.lstat().st_mode):
                msg = f"cannot listen on {self._path}: a file that is not a socket stands there"
                raise NodeError(msg)
            self._path.unlink()
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            listener.bind(str(self._path))
            self._path.chmod(0o600)  # nobody can connect before listen
            listener.listen(_BACKLOG)
        except BaseException:
            listener.close()
            raise
        return listener
