"""A BGP client of the fewest lines, to be independent of what it tests: it imports nothing of bgpkit.

As a feeder it opens a session with 2-octet AS numbers and sends UPDATE messages from a file; as a sink it takes
as many routes as it is told to expect and writes down what they were.
"""

import argparse
import gzip
import json
import socket
import struct
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

_MARKER: Final = b"\xff" * 16
_OPEN, _UPDATE, _NOTIFICATION, _KEEPALIVE = 1, 2, 3, 4
_END_OF_RIB: Final = _MARKER + struct.pack("!HBHH", 23, _UPDATE, 0, 0)
_FOUR_OCTET_AS: Final = 65
_EXTENDED_LENGTH: Final = 0x10
_TIMEOUT: Final = 60


def handshake(connection: socket.socket, asn: int, identifier: str, *, four_octet: bool) -> Iterator[tuple[int, bytes]]:
    """Exchange OPEN and KEEPALIVE and return the messages that follow, as (type, body)."""
    capabilities = struct.pack("!BBHBB", 1, 4, 1, 0, 1)
    if four_octet:
        capabilities += struct.pack("!BBI", _FOUR_OCTET_AS, 4, asn)
    parameters = struct.pack("!BB", 2, len(capabilities)) + capabilities
    body = struct.pack("!BHH4sB", 4, asn, 240, socket.inet_aton(identifier), len(parameters)) + parameters
    connection.sendall(_message(_OPEN, body))
    messages = read_messages(connection)
    kind, body = next(messages)
    if kind != _OPEN:
        raise SystemExit(f"the speaker answered with message type {kind}, body {body.hex()}, instead of an OPEN")
    connection.sendall(_message(_KEEPALIVE, b""))
    for kind, _ in messages:
        if kind == _KEEPALIVE:
            return messages
    raise SystemExit("the speaker closed the connection before its KEEPALIVE")


def read_messages(connection: socket.socket) -> Iterator[tuple[int, bytes]]:
    """Yield (type, body) of every message until the other end closes."""
    buffer = b""
    while True:
        offset = 0
        while len(buffer) - offset >= 19:
            length, kind = struct.unpack_from("!HB", buffer, offset + 16)
            if len(buffer) - offset < length:
                break
            if kind == _NOTIFICATION:
                raise SystemExit(f"the speaker sent NOTIFICATION {buffer[offset + 19 : offset + length].hex()}")
            yield kind, buffer[offset + 19 : offset + length]
            offset += length
        received = connection.recv(1 << 18)
        if not received:
            return
        buffer = buffer[offset:] + received


def feed(connection: socket.socket, messages: bytes) -> None:
    """Send the table and its End-of-RIB, then stay until the speaker closes."""
    connection.sendall(messages + _END_OF_RIB)
    print(json.dumps({"fed": len(messages)}), flush=True)
    connection.settimeout(None)
    while connection.recv(1 << 16):
        connection.sendall(_message(_KEEPALIVE, b""))


def collect(messages: Iterator[tuple[int, bytes]], expected: int) -> tuple[dict[str, str], float]:
    """Return prefix -> attributes (hexadecimal) once ``expected`` routes are there, and the seconds from the first.

    The last word on a prefix counts.
    """
    table: dict[str, str] = {}
    started = 0.0
    for kind, body in messages:
        if kind != _UPDATE or body == b"\0\0\0\0":
            continue
        started = started or time.monotonic()
        withdrawn_length = int.from_bytes(body[:2], "big")
        start = 4 + withdrawn_length
        end = start + int.from_bytes(body[start - 2 : start], "big")
        for prefix in prefixes(body[2 : 2 + withdrawn_length]):
            table.pop(prefix, None)
        block = body[start:end].hex()
        for prefix in prefixes(body[end:]):
            table[prefix] = block
        if len(table) >= expected:
            return table, time.monotonic() - started
    raise SystemExit(f"the speaker closed the connection after {len(table)} of {expected} routes")


def prefixes(octets: bytes) -> Iterator[str]:
    """Yield the prefixes of an NLRI field. RFC 4271, section 4.3."""
    position = 0
    while position < len(octets):
        length = octets[position]
        size = (length + 7) // 8
        address = octets[position + 1 : position + 1 + size].ljust(4, b"\0")
        yield f"{socket.inet_ntoa(address)}/{length}"
        position += 1 + size


def attributes(block: bytes, *, as_octets: int) -> dict[int, Any]:
    """Return code -> value of an attribute block, AS numbers as numbers so that their width does not matter."""
    found: dict[int, Any] = {}
    position = 0
    while position < len(block):
        flags, code = block[position], block[position + 1]
        size = 2 if flags & _EXTENDED_LENGTH else 1
        length = int.from_bytes(block[position + 2 : position + 2 + size], "big")
        start = position + 2 + size
        value = block[start : start + length]
        position = start + length
        if code == 2:
            found[code] = as_path(value, as_octets)
        elif code == 7:
            found[code] = (int.from_bytes(value[:-4], "big"), value[-4:])
        else:
            found[code] = value
    return found


def as_path(value: bytes, as_octets: int) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Return the segments (type, AS numbers) of an AS_PATH."""
    segments: list[tuple[int, tuple[int, ...]]] = []
    position = 0
    while position < len(value):
        kind, count = value[position], value[position + 1]
        end = position + 2 + count * as_octets
        numbers = [value[at : at + as_octets] for at in range(position + 2, end, as_octets)]
        segments.append((kind, tuple(int.from_bytes(number, "big") for number in numbers)))
        position = end
    return tuple(segments)


def table_of(messages: bytes) -> dict[str, str]:
    """Return prefix -> attributes (hexadecimal) of UPDATE messages that stand back to back."""
    table: dict[str, str] = {}
    position = 0
    while position < len(messages):
        length = int.from_bytes(messages[position + 16 : position + 18], "big")
        body = messages[position + 19 : position + length]
        end = 4 + int.from_bytes(body[2:4], "big")
        block = body[4:end].hex()
        for prefix in prefixes(body[end:]):
            table[prefix] = block
        position += length
    return table


def differences(sent: dict[str, str], received: dict[str, str]) -> list[str]:
    """Compare a table fed over an external 2-octet session with what an internal 4-octet session was told.

    All attributes are equal, but LOCAL_PREF 100 is added (RFC 4271, section 5.1.5), and an AGGREGATOR with AS number 0
    is left out (RFC 7607, section 2; RFC 7606, section 7.7).
    """
    found = [f"{prefix}: missing" for prefix in sent.keys() - received.keys()]
    found += [f"{prefix}: was never announced" for prefix in received.keys() - sent.keys()]
    for prefix in sent.keys() & received.keys():
        difference = _difference(sent[prefix], received[prefix])
        if difference:
            found.append(f"{prefix}: {difference}")
    return found


@cache
def _difference(sent: str, received: str) -> str:
    """Compare two attribute blocks; many prefixes share theirs."""
    expected = attributes(bytes.fromhex(sent), as_octets=2) | {5: (100).to_bytes(4, "big")}
    if has_zero_aggregator(expected):
        del expected[7]
    actual = attributes(bytes.fromhex(received), as_octets=4)
    return "" if expected == actual else f"{actual} instead of {expected}"


def has_zero_aggregator(values: dict[int, Any]) -> bool:
    """Tell whether ``values`` (of :func:`attributes`) have an AGGREGATOR with AS number 0."""
    return 7 in values and values[7][0] == 0


def read_feed(path: Path) -> bytes:
    """Return the messages of a ``.gz`` feed."""
    return gzip.decompress(path.read_bytes())


def main() -> None:
    """Read the command line, then feed or collect."""
    parser = argparse.ArgumentParser(prog="python -m bgpkit_node.demo.minimal_client", description=__doc__)
    parser.add_argument("role", choices=("feed", "sink"))
    parser.add_argument("--connect", required=True, metavar="ADDRESS:PORT")
    parser.add_argument("--bind", required=True, metavar="ADDRESS")
    parser.add_argument("--asn", type=int, required=True)
    parser.add_argument("--file", type=Path, required=True, help="the feed to send, or where to write the table")
    parser.add_argument("--expect", type=int, default=0, help="how many routes the sink waits for")
    options = parser.parse_args()
    address, _, port = str(options.connect).rpartition(":")
    connection = socket.create_connection((address, int(port)), timeout=_TIMEOUT, source_address=(options.bind, 0))
    with connection:
        messages = handshake(connection, options.asn, options.bind, four_octet=options.role == "sink")
        if options.role == "feed":
            feed(connection, read_feed(options.file))
            return
        print(json.dumps({"ready": True}), flush=True)
        table, seconds = collect(messages, options.expect)
        options.file.write_text(json.dumps(table))
        print(json.dumps({"routes": len(table), "seconds": seconds}), flush=True)


def _message(kind: int, body: bytes) -> bytes:
    return _MARKER + struct.pack("!HB", 19 + len(body), kind) + body


if __name__ == "__main__":
    main()
