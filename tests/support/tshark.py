"""What tshark, a decoder by others, reads in BGP messages."""

import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from bgpkit_setup.packages import find_executable
from tests.support.captures import capture_of_frames, capture_of_stream, capture_of_streams
from tests.support.skips import require_package

Json: TypeAlias = dict[str, "Json"] | list["Json"] | str

Fields: TypeAlias = dict[str, tuple[str, ...]]
"""The values of each field of one message, in the order in which they stand there."""

_FOUR_OCTET_AS: Final = "4 octet"
_TWO_OCTET_AS: Final = "2 octet"
_FAULTS: Final = ("[Malformed Packet", "[Expert Info (Error", "[Expert Info (Warn")
_BITS: Final = re.compile(r"[01.]{4}( [01.]{4})* = ")


def read_layers(folder: Path, stream: bytes) -> list[Json]:
    """Return the BGP layers that tshark finds in a stream from port 179, in order; ``folder`` takes the capture.

    AS numbers have four octets.
    """
    capture = _saved(folder, capture_of_stream(stream))
    packets: Json = json.loads(_run(capture, _FOUR_OCTET_AS, "-T", "json", "--no-duplicate-keys", "-J", "bgp"))
    return [layer for layer in find(packets, "bgp") for layer in (layer if isinstance(layer, list) else [layer])]


def read_fields(
    folder: Path, messages: Sequence[bytes], names: Sequence[str], *, four_octet_as: bool = True
) -> list[Fields]:
    """Return what stands in the fields ``names`` of each message, in order; ``folder`` takes the capture.

    A message that tshark makes nothing of has no fields at all.
    """
    capture = _saved(folder, capture_of_streams(messages))
    options = ("-T", "fields", "-E", "aggregator=|", "-e", "tcp.stream", *(f"-e{name}" for name in names))
    found: list[Fields] = [{} for _ in messages]
    for line in _run(capture, _FOUR_OCTET_AS if four_octet_as else _TWO_OCTET_AS, "-Ybgp", *options).splitlines():
        number, *values = line.split("\t")
        read = {name: tuple(value.split("|")) for name, value in zip(names, values, strict=True) if value}
        if read:
            assert not found[int(number)], f"tshark takes message {number} for more than one"
            found[int(number)] = read
    return found


def read_trees(folder: Path, messages: Sequence[bytes]) -> list[list[str]]:
    """Return the lines in which tshark describes each message to people; ``folder`` takes the capture.

    AS numbers have four octets. The spaces before the lines, which say what is below what, stay.
    """
    capture = _saved(folder, capture_of_streams(messages))
    packets = _run(capture, _FOUR_OCTET_AS, "-V", "-O", "bgp").split("\nFrame ")
    assert len(packets) == len(messages), "each message fits one segment"
    return [packet.partition("\nBorder Gateway Protocol")[2].splitlines() for packet in packets]


def read_frames(folder: Path, frames: Sequence[bytes], names: Sequence[str]) -> list[Fields]:
    """Return what stands in the fields ``names`` of each frame, the outermost first; ``folder`` takes the capture."""
    capture = _saved(folder, capture_of_frames(frames))
    options = ("-T", "fields", "-E", "aggregator=|", *(f"-e{name}" for name in names))
    rows = [line.split("\t") for line in _run(capture, _FOUR_OCTET_AS, *options).splitlines()]
    return [{name: tuple(value.split("|")) for name, value in zip(names, row, strict=True) if value} for row in rows]


def complaints(tree: Sequence[str]) -> list[str]:
    """Return the lines in which tshark finds fault with a message; remarks are none."""
    return [line.strip() for line in tree if any(mark in line for mark in _FAULTS)]


def missing(facts: str, tree: Sequence[str]) -> list[str]:
    """Return the first line of ``facts`` that tshark does not say of a message; empty when they come in this order.

    Spaces before a line do not count; neither do the bits that tshark draws before a fact, as in
    ``0000 0110 0100 .... = MPLS Label: 100``, nor whether routes are announced or withdrawn.
    """
    lines = iter([_BITS.sub("", line.strip()).replace("MP Unreach ", "MP Reach ") for line in tree])
    wanted = [fact.strip() for fact in facts.splitlines() if fact.strip()]
    assert wanted
    return [fact for fact in wanted if fact not in lines][:1]


def find(tree: Json, name: str) -> Iterator[Json]:
    """Yield what stands under a name, anywhere in the tree, in order."""
    if isinstance(tree, list):
        for branch in tree:
            yield from find(branch, name)
    elif isinstance(tree, dict):
        for key, branch in tree.items():
            if key == name:
                yield branch
            else:
                yield from find(branch, name)


def texts(tree: Json, name: str) -> list[str]:
    """Return the values under a name, one by one."""
    found: list[str] = []
    for branch in find(tree, name):
        found += [branch] if isinstance(branch, str) else [leaf for leaf in branch if isinstance(leaf, str)]
    return found


def _saved(folder: Path, capture: bytes) -> Path:
    """Write a capture file, where tshark can be had at all."""
    if find_executable("tshark") is None:
        require_package("tshark")
    path = folder / "capture.pcap"
    path.write_bytes(capture)
    return path


def _run(capture: Path, asn_length: str, *options: str) -> str:
    """Return what tshark prints of a capture."""
    command = ["tshark", "-n", "-r", str(capture), "-o", f"bgp.asn_len:{asn_length}", *options]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
