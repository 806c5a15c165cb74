"""MRT files read record by record (RFC 6396)."""

from collections.abc import Callable, Iterator
from os import PathLike
from pathlib import Path
from typing import Final, NamedTuple

from bgpkit.errors import MrtError
from bgpkit.mrt.compression import Readable, plain_octets
from bgpkit.mrt.record import HEADER, Record, decode_record

MAXIMUM_RECORD_LENGTH: Final = 1 << 24
"""The longest record that a reader takes unless told otherwise; a length beyond is a sign of rubbish."""


class Frame(NamedTuple):
    """One record, not yet looked into."""

    number: int
    """From 1."""
    offset: int
    """Where the header starts, in octets of the file when decompressed."""
    timestamp: int
    kind: int
    subtype: int
    octets: bytes
    """The message behind the header."""

    def error(self, text: str) -> MrtError:
        """Return the error that says what is wrong with the record."""
        header = HEADER.pack(self.timestamp, self.kind, self.subtype, len(self.octets))
        return MrtError(text, record=self.number, offset=self.offset, octets=header + self.octets)


def read_mrt(
    source: str | PathLike[str] | Readable,
    *,
    skipped: Callable[[MrtError], object] | None = None,
    maximum_length: int = MAXIMUM_RECORD_LENGTH,
) -> Iterator[Record]:
    """Yield the records of a file: a path, or a binary file open for reading, which stays open.

    gzip, bzip2 and xz are told by their first octets. About a mebibyte of the file is in memory at a time, and the
    record that is being read. A file that is cut short, or whose compressed data is broken, gives the records that are
    whole, then MrtError. A malformed record raises MrtError, too; with ``skipped`` it is left out and its error
    given to that function: ``read_mrt(path, skipped=errors.append)``. A record beyond ``maximum_length`` octets is
    an error in any case. OSError when the file cannot be read.

    RFC 6396, sections 2 and 3.
    """
    for frame in frames(source, maximum_length):
        try:
            record = decode_record(frame.timestamp, frame.kind, frame.subtype, frame.octets)
        except ValueError as error:
            report(frame.error(str(error)), skipped, error)
        else:
            yield record


def report(error: MrtError, skipped: Callable[[MrtError], object] | None, cause: Exception) -> None:
    """Give an error to ``skipped``; raise it when there is no such function."""
    if skipped is None:
        raise error from cause
    error.__cause__ = cause
    skipped(error)


def frames(source: str | PathLike[str] | Readable, maximum_length: int) -> Iterator[Frame]:
    """Yield the records of a file as their headers cut them; MrtError where that comes to an end too soon."""
    if isinstance(source, str | PathLike):
        with Path(source).open("rb") as file:
            yield from _cut(plain_octets(file), maximum_length)
    else:
        yield from _cut(plain_octets(source), maximum_length)


def _cut(chunks: Iterator[bytes], maximum_length: int) -> Iterator[Frame]:
    unpack, header_length = HEADER.unpack_from, HEADER.size
    number, offset = 0, 0  # of the records before; where the octets in hand start
    parts: list[bytes] = []
    here, wanted = 0, header_length
    fault: ValueError | None = None
    while True:
        try:
            chunk = next(chunks, b"")
        except ValueError as error:
            fault, chunk = error, b""
        if not chunk:
            break
        parts.append(chunk)
        here += len(chunk)
        if here < wanted:
            continue
        octets = b"".join(parts)
        start, wanted = 0, header_length
        while start + header_length <= here:
            timestamp, kind, subtype, length = unpack(octets, start)
            if length > maximum_length:
                text = f"a record of {length} octets is longer than {maximum_length}"
                raise MrtError(text, record=number + 1, offset=offset + start)
            stop = start + header_length + length
            if stop > here:
                wanted = stop - start
                break
            number += 1
            yield Frame(number, offset + start, timestamp, kind, subtype, octets[start + header_length : stop])
            start = stop
        parts = [octets[start:]]
        here -= start
        offset += start
    if here or fault is not None:
        text = "" if fault is None else f"{fault}; "
        text += f"the record is cut short: {here} of {wanted} octets are there" if here else "there is no more"
        raise MrtError(text, record=number + 1, offset=offset) from fault
