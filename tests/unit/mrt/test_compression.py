"""Compressed files: told by their first octets, taken apart piece by piece."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path
from random import Random

import pytest

from bgpkit.mrt.compression import WriteMode, open_for_writing, plain_octets

TEXT = Random(6396).randbytes(400_000)
PACKERS: list[Callable[[bytes], bytes]] = [
    gzip.compress,
    partial(bz2.compress, compresslevel=1),
    partial(lzma.compress, preset=0),
]
NAMES = ["gzip", "bzip2", "xz"]
NAMED = list(zip(PACKERS, NAMES, strict=True))


class Slow:
    """A source that gives one octet at a time, as a pipe may."""

    def __init__(self, octets: bytes) -> None:
        """Give ``octets``."""
        self._octets = BytesIO(octets)

    def read(self, size: int, /) -> bytes:
        """Return the next octet."""
        return self._octets.read(min(size, 1))


def whole(octets: bytes) -> bytes:
    """Return what a file holds."""
    return b"".join(plain_octets(BytesIO(octets)))


def until_fault(octets: bytes) -> tuple[bytes, str]:
    """Return what can be read of a file, and what is wrong then."""
    parts: list[bytes] = []
    with pytest.raises(ValueError, match=r"^the \w+ data is ") as caught:
        parts.extend(plain_octets(BytesIO(octets)))
    return b"".join(parts), str(caught.value)


@pytest.mark.parametrize("pack", PACKERS, ids=NAMES)
def test_compression_is_told_by_content(pack: Callable[[bytes], bytes]) -> None:
    """The first octets tell; no name is needed."""
    assert whole(pack(TEXT)) == TEXT
    assert b"".join(plain_octets(Slow(pack(b"few words")))) == b"few words"


def test_what_is_not_compressed_is_passed_on() -> None:
    """Nor is what only starts like it: a record of 11 April 2005 starts with "BZh1"."""
    record = b"BZh1\0\x10\0\4\0\0\0\0"
    assert whole(record) == record
    assert whole(b"") == b""
    assert whole(b"\x1f") == b"\x1f"
    assert whole(TEXT) == TEXT


@pytest.mark.parametrize("pack", PACKERS, ids=NAMES)
def test_streams_behind_each_other_are_one_file(pack: Callable[[bytes], bytes]) -> None:
    """So are files that were appended to; zeros between and behind are padding."""
    assert whole(pack(b"one") + pack(b"two") + bytes(8) + pack(TEXT) + bytes(512)) == b"onetwo" + TEXT


@pytest.mark.parametrize(("pack", "name"), NAMED)
def test_a_file_that_is_cut_short_gives_what_is_there(pack: Callable[[bytes], bytes], name: str) -> None:
    """Everything up to the cut comes, then the error."""
    packed = pack(TEXT)
    found, fault = until_fault(packed[: len(packed) // 2])
    assert fault == f"the {name} data is cut short"
    assert TEXT.startswith(found)
    assert len(found) > len(TEXT) // 4


@pytest.mark.parametrize(("pack", "name"), NAMED)
def test_a_file_that_is_broken_says_so(pack: Callable[[bytes], bytes], name: str) -> None:
    """A wrong octet in the middle, and rubbish behind the end."""
    packed = pack(TEXT)
    middle = len(packed) // 2
    broken = packed[:middle] + bytes(64) + packed[middle + 64 :]
    assert until_fault(broken)[1].startswith(f"the {name} data is broken: ")
    found, fault = until_fault(pack(b"good") + b"rubbish behind it")
    assert (found, fault.partition(":")[0]) == (b"good", f"the {name} data is broken")


@pytest.mark.parametrize("pack", PACKERS, ids=NAMES)
def test_memory_stays_bounded_whatever_a_file_expands_to(pack: Callable[[bytes], bytes]) -> None:
    """A small file of many zeros comes in pieces of at most a mebibyte."""
    pieces = [len(piece) for piece in plain_octets(BytesIO(pack(bytes(20_000_000))))]
    assert sum(pieces) == 20_000_000
    assert max(pieces) <= 1 << 20


@pytest.mark.parametrize(
    ("suffix", "unpack"), [(".gz", gzip.decompress), (".bz2", bz2.decompress), (".xz", lzma.decompress), ("", bytes)]
)
def test_the_suffix_says_how_to_compress(tmp_path: Path, suffix: str, unpack: Callable[[bytes], bytes]) -> None:
    """A path, as text or not, is written so that the usual tools read it; ``a`` writes behind what is there."""
    path = tmp_path / f"updates{suffix}"
    modes: list[tuple[WriteMode, str | Path]] = [("w", path), ("a", str(path))]
    for mode, where in modes:
        with open_for_writing(where, mode) as file:
            file.write(b"words")
    assert unpack(path.read_bytes()) == b"wordswords"
    with pytest.raises(FileExistsError):
        open_for_writing(path, "x")
