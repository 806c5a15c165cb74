"""bgpkit.bfd.registry: whose a datagram is."""

import socket
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from bgpkit.bfd.registry import SessionRegistry, canonical
from bgpkit.bfd.session import BfdSession
from bgpkit.bfd.sockets import Datagram
from bgpkit.speaker import BfdOptions, MonitoredPath
from tests.support.bfd_line import machine


def session(number: int, remote: str, local: str | None = None, **fields: Any) -> BfdSession:
    """Return a session with a discriminator, for a path."""
    sending = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sending.bind(("127.0.0.1", 0))
    options = BfdOptions(**fields)
    watched = MonitoredPath(remote=remote, local=local, options=options)
    return BfdSession(watched, machine(number), sending, changed=lambda _: None, drain=lambda: None)


def datagram(yours: int, source: str, destination: str = "192.0.2.1", *, multihop: bool = False) -> Datagram:
    """Return one that names our discriminator, or 0."""
    octets = b"\x20\x40\x03\x18\0\0\0\x09" + yours.to_bytes(4, "big") + bytes(12)
    return Datagram(octets, source, destination, socket.if_nametoindex("lo"), 255, multihop)


@pytest.fixture
async def registry() -> AsyncGenerator[SessionRegistry]:
    """Give a registry of some sessions."""
    made = SessionRegistry()
    sessions = (
        session(1, "192.0.2.9"),
        session(2, "192.0.2.9", "192.0.2.1", multihop=True),
        session(3, "192.0.2.9", "192.0.2.2", multihop=True),
        session(4, "fe80::1%lo", interface="lo"),
    )
    for each in sessions:
        made.add(each)
    yield made
    for each in sessions:
        each.close()


async def test_the_discriminator_decides(registry: SessionRegistry) -> None:
    """Whatever the addresses are; not that of the other kind of path."""
    found = registry.of_datagram(datagram(1, "198.51.100.7"))
    assert found is not None
    assert found.machine.discriminator == 1
    assert registry.of_datagram(datagram(1, "192.0.2.9", multihop=True)) is None
    assert registry.of_datagram(datagram(77, "192.0.2.9")) is None


@pytest.mark.parametrize(
    ("source", "destination", "multihop", "number"),
    [
        ("192.0.2.9", "192.0.2.5", False, 1),
        ("192.0.2.9", "192.0.2.1", True, 2),
        ("192.0.2.9", "192.0.2.2", True, 3),
        ("192.0.2.9", "192.0.2.3", True, None),
        ("192.0.2.8", "192.0.2.1", False, None),
        ("fe80::1%1", "fe80::2", False, 4),
    ],
)
async def test_a_first_packet_is_known_by_its_addresses(
    registry: SessionRegistry, source: str, destination: str, multihop: bool, number: int | None
) -> None:
    """RFC 5881, section 3; over several hops also by ours (RFC 5883, section 4)."""
    found = registry.of_datagram(datagram(0, source, destination, multihop=multihop))
    assert (None if found is None else found.machine.discriminator) == number


async def test_a_path_has_one_session(registry: SessionRegistry) -> None:
    """Who leaves our address open means the session that there is."""
    known = MonitoredPath(remote="192.0.2.9", local="192.0.2.77", options=BfdOptions())
    found = registry.of_path(known)
    assert found is not None
    assert found.machine.discriminator == 1
    other = MonitoredPath(remote="192.0.2.9", local="192.0.2.77", options=BfdOptions(multihop=True))
    assert registry.of_path(other) is None


async def test_what_is_removed_is_not_found(registry: SessionRegistry) -> None:
    """Neither by discriminator nor by address nor by port."""
    for each in registry:
        registry.remove(each)
        assert not registry.has_discriminator(each.machine.discriminator)
        assert not registry.has_port(each.source_port)
    assert (len(registry), registry.of_datagram(datagram(0, "192.0.2.9"))) == (0, None)


def test_addresses_have_one_spelling() -> None:
    """Zones go by name."""
    assert canonical("2001:DB8:0::1") == "2001:db8::1"
    assert canonical("fe80::1%1") == canonical("fe80::1%lo") == "fe80::1%lo"
    assert canonical("fe80::1%99999") == "fe80::1%99999"
