"""Is a packet on each interface what ``explain --to`` tells? tshark reads what packet sockets have captured there."""

import asyncio
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from ipaddress import ip_address
from pathlib import Path
from typing import Final, NamedTuple

from bgpkit_node.command.walking import walk_between
from bgpkit_node.datastore.settings import SqliteSettings
from bgpkit_node.diagnosis import ECHO_LENGTHS, Step, Walk, steps
from tests.support.netns import Namespace
from tests.support.tshark import Fields, read_frames

_EVERY_PROTOCOL: Final = 3
_OUTGOING: Final = 4
_ETHERNET: Final = 1
_LINK_HEADER: Final = 14
_IP_IN_IP: Final = 4
_REQUESTS: Final = {4: b"\x08\x00", 6: b"\x80\x00"}
_PATIENCE: Final = 2.0
_FIELDS: Final = (
    *("ip.src", "ip.dst", "ip.ttl", "ip.len", "ip.proto"),
    *("ipv6.src", "ipv6.dst", "ipv6.hlim", "ipv6.plen", "ipv6.nxt"),
    *("udp.dstport", "vxlan.vni", "icmp.type", "icmpv6.type"),
)
_IPV6_HEADER: Final = 40


class _Place(NamedTuple):
    node: str
    interface: str
    direction: str


def walked(datastore: Path, source: str, destination: str) -> Walk:
    """Return the way that ``explain`` tells, asked as it asks."""
    return asyncio.run(walk_between(source, destination, SqliteSettings(datastore), 10))


def assert_as_explained(
    walk: Walk, machines: Mapping[str, Namespace], ping: Callable[[], bool], folder: Path | None = None
) -> list[str]:
    """Capture one ping on all interfaces of nodes that ``walk`` names, and compare; return the interfaces in order.

    tshark reads the captures from a file in ``folder``; without one, IPv4 in IPv4 is read here.
    """
    told = [step for step in steps(walk) if step.place in machines]
    with ExitStack() as stack:
        taps: dict[tuple[str, str], socket.socket] = {}
        for step in told:
            if (step.place, step.interface) not in taps:
                taps[step.place, step.interface] = stack.enter_context(_tap(machines[step.place], step.interface))
        assert ping()
        frames = _frames(taps, {_Place(step.place, step.interface, step.direction) for step in told}, _request(walk))
    captured = [frames[_Place(step.place, step.interface, step.direction)] for step in told]
    read = list(map(_headers, captured)) if folder is None else read_frames(folder, captured, _FIELDS)
    for step, fields in zip(told, read, strict=True):
        _compare(walk, step, fields)
    return [f"{step.place} {step.interface} {step.direction}" for step in told]


def _tap(machine: Namespace, interface: str) -> socket.socket:
    with machine.entered():
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_EVERY_PROTOCOL))
    tap.bind((interface, 0))
    tap.setblocking(False)
    return tap


def _frames(taps: Mapping[tuple[str, str], socket.socket], wanted: set[_Place], request: bytes) -> dict[_Place, bytes]:
    """Return, for each place, the first frame with ``request`` in it."""
    found: dict[_Place, bytes] = {}
    until = time.monotonic() + _PATIENCE
    while found.keys() != wanted:
        assert time.monotonic() < until, f"nothing was seen in {wanted - found.keys()}"
        for (node, interface), tap in taps.items():
            try:
                frame, (_, protocol, kind, hardware, _) = tap.recvfrom(2048)
            except BlockingIOError:
                continue
            place = _Place(node, interface, "out" if kind == _OUTGOING else "in")
            if place in wanted and place not in found and request in frame:
                head = b"" if hardware == _ETHERNET else bytes(12) + protocol.to_bytes(2)
                found[place] = head + frame
    return found


def _headers(frame: bytes) -> Fields:
    """Return the fields of IPv4 headers, one in the other, as tshark calls them. RFC 791, section 3.1; RFC 2003."""
    found: dict[str, list[str]] = {name: [] for name in _FIELDS[:5]}
    packet, protocol = frame[_LINK_HEADER:], _IP_IN_IP
    while protocol == _IP_IN_IP:
        protocol = packet[9]
        ends = (str(ip_address(packet[12:16])), str(ip_address(packet[16:20])))
        values = (*ends, str(packet[8]), str(int.from_bytes(packet[2:4])), str(protocol))
        for name, value in zip(found, values, strict=True):
            found[name].append(value)
        packet = packet[(packet[0] & 15) * 4 :]
    return {name: tuple(values) for name, values in found.items()}


def _request(walk: Walk) -> bytes:
    """Return what an echo request has in it: its addresses, type and code. RFC 792; RFC 4443, section 4.1."""
    source, destination = ip_address(walk.source), ip_address(walk.destination)
    return source.packed + destination.packed + _REQUESTS[source.version]


def _compare(walk: Walk, step: Step, fields: Fields) -> None:
    """Compare what tshark reads in a frame, the outermost header first, with a step."""
    outer = step.outer
    inner = ECHO_LENGTHS[ip_address(walk.destination).version]
    ends = [(walk.source, walk.destination)]
    lengths = [inner]
    if outer is not None:
        ends.insert(0, (outer.source, outer.destination))
        lengths.insert(0, inner + outer.overhead)
        assert _numbers(fields, "ip.proto", "ipv6.nxt")[0] == outer.protocol
        assert fields.get("vxlan.vni") == (None if outer.vni is None else (str(outer.vni),))
        assert fields.get("udp.dstport") == (None if outer.port is None else (str(outer.port),))
    found = [*zip(fields.get("ip.src", ()), fields.get("ip.dst", ()), strict=True)]
    found += [*zip(fields.get("ipv6.src", ()), fields.get("ipv6.dst", ()), strict=True)]
    assert found == ends, step
    assert _numbers(fields, "ip.len") + [_IPV6_HEADER + each for each in _numbers(fields, "ipv6.plen")] == lengths, step
    if step.ttl is not None:
        assert _numbers(fields, "ip.ttl", "ipv6.hlim")[0] == step.ttl, step


def _numbers(fields: Fields, *names: str) -> list[int]:
    return [int(each) for name in names for each in fields.get(name, ())]
