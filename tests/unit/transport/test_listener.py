"""A listener's keys: set before anyone connects, changed, taken back, and told apart as far as the kernel can."""

import asyncio
import socket
from contextlib import closing

import pytest

from bgpkit.errors import ConfigError
from bgpkit.transport import DEFAULT_OPTIONS, AoKey, Secret, TcpNetwork, TransportOptions, listener

KEY, OTHER_KEY = TransportOptions(md5_key=Secret("correct horse")), TransportOptions(md5_key=Secret("battery staple"))
Given = list[tuple[str, Secret | None]]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Given:
    """Return what the kernel is given: for whom, and which key."""
    calls: Given = []

    def give(_socket: socket.socket, remote: str, key: Secret | None) -> None:
        calls.append((remote, key))

    monkeypatch.setattr(listener, "set_md5_key", give)
    return calls


async def test_a_key_is_set_changed_and_taken_back(given: Given) -> None:
    """Only what changes is set; to forget a stranger is nothing."""
    with closing(await TcpNetwork().listen(asyncio.Protocol, "127.0.0.1", 0)) as made:
        for options in (DEFAULT_OPTIONS, KEY, KEY, OTHER_KEY, DEFAULT_OPTIONS, DEFAULT_OPTIONS):
            made.expect("192.0.2.1", options)
        made.expect("198.51.100.0/24", KEY)
        made.forget("198.51.100.0/24")
        made.forget("203.0.113.1")
    assert given == [
        ("192.0.2.1", KEY.md5_key),
        ("192.0.2.1", OTHER_KEY.md5_key),
        ("192.0.2.1", None),
        ("198.51.100.0/24", KEY.md5_key),
        ("198.51.100.0/24", None),
    ]


@pytest.mark.parametrize(("address", "served"), [("127.0.0.1", "192.0.2.1"), ("::1", "2001:db8::1")])
async def test_a_listener_has_keys_of_its_own_ip_version_only(address: str, served: str, given: Given) -> None:
    """Others cannot come to it."""
    with closing(await TcpNetwork().listen(asyncio.Protocol, address, 0)) as made:
        for remote in ("192.0.2.1", "2001:db8::1"):
            made.expect(remote, KEY)
    assert given == [(served, KEY.md5_key)]


async def test_two_interfaces_with_one_address_have_one_key(given: Given) -> None:
    """The kernel knows no interface of a key: another key for the same address is refused, not mixed up."""
    with closing(await TcpNetwork().listen(asyncio.Protocol, "::", 0)) as made:
        made.expect("fe80::1%eth0", KEY)
        with pytest.raises(ConfigError, match=r"^transport: md5_key for fe80::1%eth1: the kernel cannot tell it from "):
            made.expect("fe80::1%eth1", OTHER_KEY)
        made.expect("fe80::1%eth1", KEY)
        made.forget("fe80::1%eth0")
        assert given[-1] == ("fe80::1%eth1", KEY.md5_key), "the other one has it still"
        made.forget("fe80::1%eth1")
        assert given[-1] == ("fe80::1%eth1", None)


async def test_a_key_of_tcp_ao_is_given_once_and_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel refuses a key that is there, and one that is not: only what differs is said, whatever else changes."""
    there: set[AoKey] = set()

    def add(_socket: socket.socket, remote: str, keys: tuple[AoKey, ...]) -> None:
        assert remote == "192.0.2.1"
        assert there.isdisjoint(keys)
        there.update(keys)

    def delete(_socket: socket.socket, remote: str, keys: tuple[AoKey, ...]) -> None:
        assert there.issuperset(keys)
        there.difference_update(keys)

    monkeypatch.setattr(listener, "add_ao_keys", add)
    monkeypatch.setattr(listener, "delete_ao_keys", delete)
    old, new = (AoKey(secret=Secret("correct horse"), send_id=number, receive_id=number) for number in (1, 2))
    with closing(await TcpNetwork().listen(asyncio.Protocol, "127.0.0.1", 0)) as made:
        for keys in ((old,), (old,), (old, new), (new, old), (new,), (), (old,)):
            made.expect("192.0.2.1", TransportOptions(ao_keys=keys, dscp=len(keys)))
            assert there == set(keys)
        made.forget("192.0.2.1")
        made.forget("192.0.2.1")
    assert there == set()


async def test_a_closed_listener_has_no_address_and_takes_no_key(given: Given) -> None:
    """To close it twice is nothing."""
    made = await TcpNetwork().listen(asyncio.Protocol, "127.0.0.1", 0)
    assert made.addresses[0][0] == "127.0.0.1"
    for _ in range(2):
        made.close()
    made.expect("192.0.2.1", KEY)
    assert (made.addresses, given) == ((), [])
