"""Files that may be compressed: told by their first octets when read, by their suffix when written."""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from os import PathLike
from pathlib import Path
from typing import BinaryIO, Final, Literal, Protocol, TypeAlias, cast

WriteMode: TypeAlias = Literal["w", "x", "a"]

_READ: Final = 1 << 18
"""Octets asked for at once."""
_EXPANDED: Final = 1 << 20
"""Octets that are decompressed at once, so that memory stays bounded whatever the file says."""
_XZ_MEMORY: Final = 256 << 20
"""What decompressing may take; the highest setting of xz takes 65 MiB."""
_MAGIC_LENGTH: Final = 10
_GZIP: Final = b"\x1f\x8b\x08"
_XZ: Final = b"\xfd7zXZ\0"
# "BZh1" to "BZh9" are times of April 2005, too: what follows tells the two apart.
_BZIP2: Final = b"BZh"
_BZIP2_BLOCKS: Final = (b"\x31\x41\x59\x26\x53\x59", b"\x17\x72\x45\x38\x50\x90")


class Readable(Protocol):
    """A binary file, or whatever else gives octets."""

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` octets, none at the end."""
        ...


class _Decompressor(Protocol):
    """The face that `bz2.BZ2Decompressor` and `lzma.LZMADecompressor` share."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _GzipDecompressor:
    """One member of a gzip file, behind the face of the other two. RFC 1952, section 2."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._member.eof

    @property
    def unused_data(self) -> bytes:
        return self._member.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        octets = self._member.decompress(self._member.unconsumed_tail + data, max_length)
        self.needs_input = len(octets) < max_length and not self._member.unconsumed_tail
        return octets


def plain_octets(file: Readable) -> Iterator[bytes]:
    """Yield the octets of a file piece by piece, decompressed when it is gzip, bzip2 or xz.

    ValueError, behind all that could be read, when the compressed data is cut short or broken.
    """
    first = b""
    while len(first) < _MAGIC_LENGTH and (more := file.read(_READ)):
        first += more
    chunks = _chunks(first, file)
    if first.startswith(_GZIP):
        return _expand("gzip", _GzipDecompressor, chunks)
    if first.startswith(_BZIP2) and first[4:_MAGIC_LENGTH] in _BZIP2_BLOCKS:
        return _expand("bzip2", bz2.BZ2Decompressor, chunks)
    if first.startswith(_XZ):
        return _expand("xz", lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY), chunks)
    return chunks


def open_for_writing(path: str | PathLike[str], mode: WriteMode) -> BinaryIO:
    """Open a file that is compressed as its suffix says: ``.gz``, ``.bz2``, ``.xz``, or not at all."""
    suffix = Path(path).suffix
    if suffix == ".gz":
        return cast(BinaryIO, gzip.open(path, f"{mode}b"))
    if suffix == ".bz2":
        return cast(BinaryIO, bz2.open(path, f"{mode}b"))
    if suffix == ".xz":
        return cast(BinaryIO, lzma.open(path, f"{mode}b"))
    return cast(BinaryIO, Path(path).open(f"{mode}b"))


def _chunks(first: bytes, file: Readable) -> Iterator[bytes]:
    chunk = first
    while chunk:
        yield chunk
        chunk = file.read(_READ)


def _expand(name: str, start: Callable[[], _Decompressor], chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what the streams of a compressed file hold; zeros may stand behind each."""
    stream: _Decompressor | None = None
    for chunk in chunks:
        data = chunk
        while True:
            if stream is None:
                data = data.lstrip(b"\0")
                if not data:
                    break
                stream = start()
            try:
                octets = stream.decompress(data, _EXPANDED)
            except (OSError, ValueError, zlib.error, lzma.LZMAError) as error:
                raise ValueError(f"the {name} data is broken: {error}") from error
            if octets:
                yield octets
            data = b""
            if stream.eof:
                data, stream = stream.unused_data, None
            elif stream.needs_input:
                break
    if stream is not None:
        raise ValueError(f"the {name} data is cut short")
