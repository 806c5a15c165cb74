"""Reading piece by piece with a look ahead."""

import gzip
import io

import pytest

from bgpkit.command.errors import InputError
from bgpkit.command.source import Source

OCTETS = bytes(range(256)) * 3000


class Dripping:
    """A file that gives a few octets at a time, as a pipe does."""

    def __init__(self, octets: bytes) -> None:
        """Hold ``octets``."""
        self._file = io.BytesIO(octets)

    def read(self, size: int, /) -> bytes:
        """Return up to 7 octets."""
        return self._file.read(min(size, 7))


def test_reading_gives_all_octets_in_order() -> None:
    """Peeking takes nothing away, and sizes are kept though pieces are smaller."""
    source = Source(Dripping(OCTETS[:2000]), "pipe")
    assert source.peek(20) == OCTETS[:20]
    assert source.exactly(100) == OCTETS[:100]
    assert source.peek(3) == OCTETS[100:103]
    assert source.exactly(5000) == OCTETS[100:2000]
    assert (source.peek(1), source.exactly(1), source.read()) == (b"", b"", b"")


def test_a_stream_that_goes_on_is_not_waited_for() -> None:
    """What is there is given, 7 octets of the pipe; more is only asked for when nothing is left."""
    source = Source(Dripping(OCTETS[:2000]), "pipe")
    assert source.peek(1) == OCTETS[:1]
    first = source.read()
    assert 0 < len(first) < 20
    assert source.read(3) == OCTETS[len(first) : len(first) + 3]


def test_compressed_octets_are_unpacked() -> None:
    """Compression by gzip is told by its first octets."""
    source = Source(io.BytesIO(gzip.compress(OCTETS)), "file")
    assert b"".join(iter(source.read, b"")) == OCTETS


def test_a_compressed_file_that_is_cut_short_gives_what_is_there_and_then_the_error() -> None:
    """InputError comes behind the octets, not instead of them."""
    source = Source(io.BytesIO(gzip.compress(OCTETS)[:-200]), "file")
    found: list[bytes] = []
    with pytest.raises(InputError, match="the gzip data is cut short; there is no more"):
        found.extend(iter(source.read, b""))
    assert found
    assert OCTETS.startswith(b"".join(found))
