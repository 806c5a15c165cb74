"""The octets of a file, read piece by piece, with a look ahead."""

from typing import Final

from bgpkit.command.errors import InputError
from bgpkit.mrt.compression import Readable, plain_octets

_PIECE: Final = 1 << 16


class Source:
    """Octets of an input, decompressed where it is gzip, bzip2 or xz; what was read is not kept."""

    def __init__(self, file: Readable, name: str) -> None:
        """Read from a binary ``file`` that people know by a ``name``."""
        self.name = name
        self._pieces = plain_octets(file)
        self._data = b""
        self._at = 0
        self._fault = ""

    def peek(self, size: int) -> bytes:
        """Return the next ``size`` octets, fewer only at the end, without reading past them."""
        if len(self._data) - self._at < size:
            self._fill(size)
        return self._data[self._at : self._at + size]

    def exactly(self, size: int) -> bytes:
        """Return the next ``size`` octets, fewer only at the end.

        InputError when there are none although some were to come, since a compressed file is broken.
        """
        octets = self.peek(size)
        self._at += len(octets)
        if size and not octets:
            self._check()
        return octets

    def read(self, size: int = _PIECE, /) -> bytes:
        """Return octets that are there without waiting for more, up to ``size``; none at the end.

        InputError as `exactly`.
        """
        octets = self.peek(1) and self._data[self._at : self._at + size]
        self._at += len(octets)
        if not octets:
            self._check()
        return octets

    def _check(self) -> None:
        if self._fault:
            raise InputError(f"{self._fault}; there is no more")

    def _fill(self, size: int) -> None:
        parts = [self._data[self._at :]]
        here = len(parts[0])
        while here < size and not self._fault:
            try:
                piece = next(self._pieces, b"")
            except ValueError as error:
                self._fault = str(error)
                break
            if not piece:
                break
            parts.append(piece)
            here += len(piece)
        self._data, self._at = b"".join(parts), 0
