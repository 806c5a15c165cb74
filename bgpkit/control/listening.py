"""The socket's place in the file system: taken by one process at a time, closed to others than it is for."""

import errno
import fcntl
import os
import socket
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final, NoReturn

from bgpkit.control.error import ControlError

BACKLOG: Final = 16
_LONGEST_PATH: Final = 107
"""Octets of a socket's path, at most; unix(7)."""


class ListeningSocket:
    """A Unix socket that listens, and a file beside it, ``.lock``, that says whose it is.

    The lock is the kernel's and ends with the process, however that ends: what a crashed one has left behind is no
    obstacle, and a running one never loses its socket to a second.
    """

    def __init__(self, path: Path, group: str = "") -> None:
        """Take the place; ControlError says what stands in the way."""
        if len(os.fsencode(path)) > _LONGEST_PATH:
            raise ControlError(f"socket {path}: the path has more than {_LONGEST_PATH} octets; choose a shorter one")
        self.path = path
        self._lock_path = path.with_name(f"{path.name}.lock")
        gid = _group(path, group)
        self._lock = self._locked()
        try:
            self.socket = self._bound(gid)
        except BaseException:
            self._release()
            raise
        self._inode = path.stat().st_ino

    def close(self) -> None:
        """Give the place back; a second call does nothing."""
        if self._lock < 0:
            return
        with suppress(OSError):
            if self.path.stat().st_ino == self._inode:
                self.path.unlink()
        self.socket.close()
        self._release()

    def _release(self) -> None:
        with suppress(OSError):
            self._lock_path.unlink()
        os.close(self._lock)
        self._lock = -1

    def _locked(self) -> int:
        """Return a descriptor of the lock's file, with this process's number in it."""
        while True:
            try:
                lock = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            except OSError as error:
                _refused(self.path, error)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _is(lock, self._lock_path):
                    os.ftruncate(lock, 0)
                    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
                    return lock
            except BlockingIOError:
                pid = os.pread(lock, 32, 0).decode("ascii", "replace").strip()
                os.close(lock)
                whose = f"process {pid}" if pid else "another process"
                raise ControlError(f"socket {self.path}: a speaker has it already, {whose}; stop it first") from None
            except OSError as error:
                with suppress(OSError):
                    self._lock_path.unlink()
                os.close(lock)
                _refused(self.path, error)
            os.close(lock)  # another process has just removed that file: there is a new one to be had

    def _bound(self, gid: int | None) -> socket.socket:
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            if self.path.exists() and not stat.S_ISSOCK(self.path.stat().st_mode):
                raise ControlError(f"socket {self.path}: a file has that name; remove it or choose another")
            self.path.unlink(missing_ok=True)
            # The mode is the socket's own before it has a name: there is no moment in which others could connect.
            os.fchmod(made.fileno(), 0o600)
            made.bind(str(self.path))
            if gid is not None:
                os.chown(self.path, -1, gid)
                self.path.chmod(0o660)
            made.listen(BACKLOG)
            made.setblocking(False)
        except OSError as error:
            made.close()
            _refused(self.path, error)
        except BaseException:
            made.close()
            raise
        return made


def _is(descriptor: int, path: Path) -> bool:
    """Tell whether a descriptor is of the file that now has the path."""
    try:
        return os.fstat(descriptor).st_ino == path.stat().st_ino
    except FileNotFoundError:
        return False


def _group(path: Path, name: str) -> int | None:
    if not name:
        return None
    import grp  # not on every platform

    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        raise ControlError(f"socket {path}: this machine has no group {name!r}") from None


def _refused(path: Path, error: OSError) -> NoReturn:
    cures = {
        errno.ENOENT: f"the folder {path.parent} does not exist; create it, or choose another socket",
        errno.ENOTDIR: f"{path.parent} is no folder; choose another socket",
        errno.EACCES: f"there is no permission to write in {path.parent}; choose another socket, or another user",
        errno.EPERM: "this user may not give it to that group",
        errno.ENOSPC: f"the disk with {path.parent} is full",
        errno.EROFS: f"{path.parent} is read-only; choose another socket",
        errno.ELOOP: f"{path.name}.lock is a link; remove it",
    }
    what = cures.get(error.errno or 0, error.strerror or str(error))
    raise ControlError(f"socket {path}: {what}") from error
