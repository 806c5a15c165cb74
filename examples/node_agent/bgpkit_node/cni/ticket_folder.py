"""The directory of tickets: files that the CNI executable's shell can find, claim and ring for.

A ticket ``T`` is a directory in it with two FIFOs: ``T/answer``, which this process alone has open for writing, and
``T/bell``, a hard link of the one bell. Who creates ``T/call`` by O_EXCL has the ticket.

A shell has no way to open for writing that would not create an absent file. So nothing within a ticket changes in
sight: it appears by a rename, whole, and goes by a rename to a name with a dot. Who comes late finds no directory,
where nothing can be created; and no name comes twice.
"""

import contextlib
import os
import shutil
import stat
from pathlib import Path
from typing import Final

_BELL: Final = "bell"
_ANSWER: Final = "answer"
_CALL: Final = "call"
_HIDDEN: Final = "."
"""Begins the names that no shell's ``*`` matches."""


class TicketFolder:
    """``directory`` and what lies in it; every method raises OSError where files cannot be as they should."""

    def __init__(self, directory: Path) -> None:
        """Touch nothing before it is opened."""
        self._directory = directory
        self._bell = Path()
        self._life = ""
        self._made = 0

    def open(self) -> int:
        """Make the directory, remove what lies in it, make the bell, and return its descriptor, to be read.

        PermissionError when the directory is another's, or none. Nobody else may serve it.
        """
        self._directory.mkdir(mode=0o700, exist_ok=True)
        found = self._directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            msg = "it is not a directory of the agent's own"
            raise PermissionError(0, msg)
        self._directory.chmod(0o700)  # before it is emptied: from now on nobody else puts anything into it
        for name in self.names():
            self.remove(name)
        self._life = os.urandom(6).hex()
        self._bell = self._directory / f"{_HIDDEN}{self._life}-{_BELL}"
        os.mkfifo(self._bell, 0o600)
        return os.open(self._bell, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def names(self) -> set[str]:
        """Return the names that lie there, tickets' and others, but not the bell's."""
        return {path.name for path in self._directory.iterdir()} - {self._bell.name}

    def add(self) -> tuple[str, int]:
        """Lay out a ticket; return its name and the descriptor to which its answer is written."""
        self._made += 1
        name = f"{self._life}-{self._made}"
        draft = self._directory / f"{_HIDDEN}{name}"
        draft.mkdir(mode=0o700)
        os.link(self._bell, draft / _BELL)
        os.mkfifo(draft / _ANSWER, 0o600)
        reader = os.open(draft / _ANSWER, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            writer = os.open(draft / _ANSWER, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        finally:
            os.close(reader)
        draft.rename(self._directory / name)
        return name, writer

    def is_claimed(self, name: str) -> bool:
        """Tell whether somebody has the ticket."""
        return os.path.lexists(self._directory / name / _CALL)

    def read(self, name: str, longest: int) -> bytes:
        """Return the call on a ticket; of one that is longer than ``longest`` an octet more than that."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with os.fdopen(os.open(self._directory / name / _CALL, flags), "rb") as file:
            return file.read(longest + 1)

    def remove(self, name: str) -> None:
        """Remove what is called so, a ticket or not; what is put into it at this very moment is left, hidden."""
        shown = self._directory / name
        gone = shown.with_name(f"{_HIDDEN}{name.removeprefix(_HIDDEN)}")
        with contextlib.suppress(OSError):
            shown.rename(gone)
        with contextlib.suppress(OSError):
            if not stat.S_ISDIR(gone.lstat().st_mode):
                gone.unlink()
                return
            for part in (_CALL, _BELL, _ANSWER):
                (gone / part).unlink(missing_ok=True)
            gone.rmdir()
            return
        shutil.rmtree(gone, ignore_errors=True)

    def close(self) -> None:
        """Remove all, and the directory."""
        for name in self.names():
            self.remove(name)
        self._bell.unlink(missing_ok=True)
        self._directory.rmdir()
