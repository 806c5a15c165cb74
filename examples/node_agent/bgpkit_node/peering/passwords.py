"""Passwords of sessions: files in a folder, laid out as Kubernetes mounts Secrets, ``<folder>/<name>/<key>``."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

import structlog

from bgpkit import Secret
from bgpkit_node.errors import PasswordError
from bgpkit_node.resources.secret_ref import BgpPassword, SecretKeyRef

Passwords: TypeAlias = Callable[[SecretKeyRef], Secret]
"""Finds the password that a resource refers to; PasswordError, one sentence, when it cannot be had."""

LONGEST: Final = 80
"""Octets of a key that Linux takes. RFC 2385; TCP_MD5SIG_MAXKEYLEN."""
_SEGMENT: Final = re.compile(r"(?!\.{1,2}$)[-._a-zA-Z0-9]{1,253}")
_OTHERS: Final = 0o077
"""Permissions of anyone but the owner of a file."""
_LOG: Final = structlog.get_logger("bgpkit_node.peering")


class PasswordFolder:
    """The files of a folder; :meth:`password` reads them, and notices when one reads otherwise than before."""

    def __init__(self, folder: Path) -> None:
        """Read from ``folder``; it need not be there as long as no resource refers to it."""
        self._folder = folder
        self._read: dict[Path, Secret | None] = {}
        """What each file has been found to hold; None for one that could not be read."""
        self._open_to_others: set[Path] = set()

    def password(self, ref: SecretKeyRef) -> Secret:
        """Return the password that ``ref`` names; one line end behind it does not count.

        Raises PasswordError, which tells no octet of it. A file that others than its owner can read is named in a
        warning, once.
        """
        for what, text in (("name", ref.name), ("key", ref.key)):
            if not _SEGMENT.fullmatch(text):
                raise PasswordError(f"password: the {what} {text!r} of a secret is no file name: put it right")
        file = self._folder / ref.name / ref.key
        try:
            secret = _secret(file)
        except PasswordError:
            self._read[file] = None
            raise
        self._read[file] = secret
        self._warn_if_open(file)
        return secret

    def changed(self) -> bool:
        """Tell whether a file that has been asked for holds something else by now."""
        return any(_secret_or_none(file) != known for file, known in self._read.items())

    def _warn_if_open(self, file: Path) -> None:
        try:
            is_open = bool(file.stat().st_mode & _OTHERS)
        except OSError:
            return
        if is_open and file not in self._open_to_others:
            _LOG.warning("password.readable_by_others", file=str(file), advice=f"chmod 600 {file}")
        (self._open_to_others.add if is_open else self._open_to_others.discard)(file)


def no_passwords(ref: SecretKeyRef) -> Secret:
    """Find none: whoever keeps sessions says where passwords are."""
    raise PasswordError(f"password {ref.name}/{ref.key}: there is no folder of passwords here")


def stand_in(ref: SecretKeyRef) -> Secret:
    """Return no password, but something that is equal for equal references: where changes are only foretold."""
    return Secret(f"{ref.name}/{ref.key}"[:LONGEST] or "-")


def password_of(password: BgpPassword | None, passwords: Passwords) -> Secret | None:
    """Return the password that a resource asks for, None when it asks for none; PasswordError when it is not there.

    One that is ``optional`` and is not there is none, too, until it is there; one that cannot be read is an error.
    """
    ref = password.secret_key_ref if password is not None else None
    if ref is None:
        return None
    try:
        return passwords(ref)
    except PasswordError as error:
        if ref.optional and error.absent:
            return None
        raise


def _secret(file: Path) -> Secret:
    try:
        octets = file.read_bytes()
    except OSError as error:
        text = f"password {file} cannot be read: {error.strerror}; the session stays down until it is there"
        raise PasswordError(text, absent=isinstance(error, FileNotFoundError | NotADirectoryError)) from error
    octets = octets.removesuffix(b"\n").removesuffix(b"\r")
    if not 1 <= len(octets) <= LONGEST:
        text = f"password {file} has {len(octets)} octets, the kernel takes 1 to {LONGEST}; the session stays down"
        raise PasswordError(text)
    return Secret(octets)


def _secret_or_none(file: Path) -> Secret | None:
    try:
        return _secret(file)
    except PasswordError:
        return None
