"""What can be wanted of a peer's TCP connections, and what cannot."""

import socket
from dataclasses import replace
from typing import Any

import pytest

from bgpkit.errors import ConfigError
from bgpkit.transport import DEFAULT_OPTIONS, AoKey, Secret, TransportOptions

KEY = Secret("correct horse")


def ao(send_id: int = 1, receive_id: int = 2, **fields: Any) -> AoKey:
    """Return a key of TCP-AO."""
    return AoKey(secret=KEY, send_id=send_id, receive_id=receive_id, **fields)


async def dial(address: str, port: int) -> socket.socket:
    """Never called."""
    raise AssertionError(address, port)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"source_port": 0}, "source_port 0 is not between 1 and 65535"),
        ({"ttl_security": 0}, "ttl_security 0 is not between 1 and 254 hops; 1 is a neighbour on the same link"),
        ({"ttl_security": 255}, "ttl_security 255 is not between 1 and 254 hops; 1 is a neighbour on the same link"),
        ({"multihop": 256}, "multihop 256 is not between 1 and 255 hops"),
        ({"dscp": 64}, "dscp 64 is not between 0 and 63"),
        ({"device": ""}, "device '' is no interface name of 1 to 15 octets"),
        ({"device": "x" * 16}, f"device '{'x' * 16}' is no interface name of 1 to 15 octets"),
        ({"netns": ""}, "netns is empty; give a name of 'ip netns' or a path, or None"),
        ({"user_timeout": 0.0}, "user_timeout 0.0 is not between 0.001 and 2147483 seconds"),
        (
            {"md5_key": KEY, "ao_keys": (ao(),)},
            "md5_key and ao_keys cannot both sign; give one of them (RFC 5925, section 1)",
        ),
        (
            {"ttl_security": 1, "multihop": 2},
            "ttl_security sends with TTL 255 itself; leave multihop out (RFC 5082)",
        ),
        ({"ao_keys": (ao(), ao(receive_id=3))}, "two ao_keys have the same send_id; give each its own"),
        ({"ao_keys": (ao(), ao(send_id=3))}, "two ao_keys have the same receive_id; give each its own"),
        ({"dialer": dial, "netns": "blue"}, "dialer opens sockets itself; netns is for it to set"),
        ({"dialer": dial, "source_port": 1790}, "dialer opens sockets itself; source_port is for it to set"),
    ],
)
def test_what_cannot_be_is_one_sentence(fields: dict[str, Any], sentence: str) -> None:
    """The field, its value and what can be."""
    with pytest.raises(ConfigError) as raised:
        TransportOptions(**fields)
    assert str(raised.value) == f"transport: {sentence}"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"send_id": 256}, "ao_keys send_id 256 is not between 0 and 255"),
        ({"receive_id": -1}, "ao_keys receive_id -1 is not between 0 and 255"),
        ({"algorithm": ""}, "ao_keys algorithm '' is not a name the kernel could know"),
        ({"algorithm": "x" * 64}, f"ao_keys algorithm '{'x' * 64}' is not a name the kernel could know"),
    ],
)
def test_what_a_key_of_tcp_ao_cannot_be(fields: dict[str, Any], sentence: str) -> None:
    """IDs of one octet, and a name that fits its field."""
    with pytest.raises(ConfigError) as raised:
        ao(**fields)
    assert str(raised.value) == f"transport: {sentence}"


@pytest.mark.parametrize(
    ("change", "alterable"),
    [
        ({}, True),
        ({"md5_key": KEY}, True),
        ({"dscp": 0, "user_timeout": 9.0}, True),
        ({"ao_keys": (ao(),)}, False),
        ({"ttl_security": 1}, False),
        ({"multihop": 1}, False),
        ({"device": "eth0"}, False),
        ({"netns": "blue"}, False),
        ({"source_port": 1790}, False),
        ({"dialer": dial}, False),
        ({"md5_key": KEY, "device": "eth0"}, False),
    ],
)
def test_keys_marking_and_timeout_change_on_open_connections(change: dict[str, Any], alterable: bool) -> None:
    """All else needs another connection."""
    assert DEFAULT_OPTIONS.is_alterable_to(replace(DEFAULT_OPTIONS, **change)) is alterable
