"""MRT files written record by record (RFC 6396)."""

from os import PathLike
from types import TracebackType
from typing import Protocol, Self

from bgpkit.mrt.compression import WriteMode, open_for_writing
from bgpkit.mrt.record import Record, encode_record


class Writable(Protocol):
    """A binary file, or whatever else takes octets."""

    def write(self, octets: bytes, /) -> int | None:
        """Take octets; return how many, if not all."""
        ...

    def close(self) -> None:
        """Take no more."""
        ...


class MrtWriter:
    """Writes records to a binary file.

    As a context manager it closes the file at the end::

        with open_mrt("rib.gz", "w") as writer:
            writer.write(PeerIndexTable(...))
            writer.write(RibEntries(...))

    A table dump starts with its `PeerIndexTable`, and its RIB records follow at once. RFC 6396, section 4.3.1.
    """

    def __init__(self, file: Writable) -> None:
        """Take a file that is open for writing."""
        self._file = file

    def write(self, record: Record) -> None:
        """Write one record, whole or not at all.

        ValueError, before anything is written, when a field does not fit; OSError as the file raises it.
        """
        octets = encode_record(record)
        while octets:
            written = self._file.write(octets)
            if written is None:
                return
            octets = octets[written:]

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()


def open_mrt(path: str | PathLike[str], mode: WriteMode = "w") -> MrtWriter:
    """Open a file for writing records: anew (``w``), anew unless it exists (``x``), or behind what it holds (``a``).

    It is compressed as its suffix says: ``.gz``, ``.bz2`` or ``.xz``. OSError when it cannot be opened. `read_mrt`
    reads it.
    """
    return MrtWriter(open_for_writing(path, mode))
