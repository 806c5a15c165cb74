"""Listeners and the network are told what peers want, and what they refuse leaves all as it was."""

import asyncio
import socket
from dataclasses import replace
from typing import Any

import pytest

from bgpkit import ChangePlan, ConfigError, PeerConfig, Speaker, State
from bgpkit.speaker.access import Access
from bgpkit.transport import MakeProtocol, Secret, TcpNetwork, TransportOptions
from tests.support.scripted_peer import eventually
from tests.support.speakers import OURS, THEIRS, connect, speaker_at

KEY = TransportOptions(md5_key=Secret("correct horse"))
OTHER = TransportOptions(dscp=2)
REFUSED = TransportOptions(dscp=1)
CONFIG = PeerConfig(address="192.0.2.1", asn=64512)
Told = list[tuple[str, TransportOptions | None]]


class FakeListener:
    """Notes what it is told, and refuses one set of options."""

    def __init__(self, address: str = "192.0.2.9", *, refuses: TransportOptions | None = None) -> None:
        """Listen nowhere."""
        self.addresses = ((address, 179),)
        self.told: Told = []
        self.closed = False
        self._refuses = refuses

    def expect(self, remote: str, options: TransportOptions) -> None:
        """Take note, or refuse."""
        if options == self._refuses:
            raise ConfigError("transport: no")
        self.told.append((remote, options))

    def forget(self, remote: str) -> None:
        """Take note."""
        self.told.append((remote, None))

    def close(self) -> None:
        """Take note."""
        self.closed = True


class FakeNetwork:
    """Has two listeners, and opens and refuses what it is told to."""

    def __init__(self) -> None:
        """Let everything be."""
        self.listeners = (FakeListener(), FakeListener("2001:db8::9", refuses=REFUSED))
        self._left = iter(self.listeners)
        self.refusal = ""
        self.asked: list[TransportOptions] = []

    async def connect(
        self, make_protocol: MakeProtocol, *, remote: tuple[str, int], local: str | None, options: TransportOptions
    ) -> None:
        """Refuse."""
        raise OSError("the network has had its day")

    async def listen(self, make_protocol: MakeProtocol, address: str, port: int) -> FakeListener:
        """Return the next one."""
        return next(self._left)

    def check(self, remote: str, local: str | None, options: TransportOptions) -> None:
        """Refuse where that has been told."""
        self.asked.append(options)
        if self.refusal:
            raise ConfigError(self.refusal)

    def admit(self, transport: asyncio.BaseTransport, *, remote: str, options: TransportOptions) -> None:
        """Do as a check."""
        self.check(remote, None, options)

    def adapt(self, transport: asyncio.BaseTransport, *, remote: str, options: TransportOptions) -> None:
        """Do as a check."""
        self.check(remote, None, options)


async def listening() -> tuple[FakeNetwork, Access]:
    """Return a network and the access to it with both of its listeners."""
    network = FakeNetwork()
    access = Access(network)
    await access.listen(asyncio.Protocol, [("192.0.2.9", 179), ("2001:db8::9", 179)])
    return network, access


async def test_all_listeners_are_told_and_closed() -> None:
    """What was never expected is not forgotten."""
    network, access = await listening()
    access.expect("192.0.2.1", KEY)
    access.forget("192.0.2.1")
    access.forget("192.0.2.1")
    assert [each.told for each in network.listeners] == [[("192.0.2.1", KEY), ("192.0.2.1", None)]] * 2
    assert access.addresses == (("192.0.2.9", 179), ("2001:db8::9", 179))
    access.close()
    assert all(each.closed for each in network.listeners)


async def test_what_one_listener_refuses_no_listener_has() -> None:
    """A new peer is forgotten, a former one is as it was; the sentence names the peer."""
    network, access = await listening()
    with pytest.raises(ConfigError, match=r"^peer 192\.0\.2\.1: transport: no$"):
        access.expect("192.0.2.1", REFUSED)
    assert network.listeners[0].told[-1] == ("192.0.2.1", None)
    access.expect("192.0.2.1", KEY)
    with pytest.raises(ConfigError):
        access.expect("192.0.2.1", REFUSED)
    assert network.listeners[0].told[-2:] == [("192.0.2.1", REFUSED), ("192.0.2.1", KEY)]


async def test_of_several_none_is_expected_when_one_is_refused() -> None:
    """Those that were expected or gone are as before; what can be is done, those that go first."""
    network, access = await listening()
    access.expect("192.0.2.7", KEY)
    access.expect("192.0.2.8", KEY)
    before = _in_force(network.listeners[0].told)
    with pytest.raises(ConfigError, match=r"^peer 192\.0\.2\.2: transport: no$"):
        access.expect_all({"192.0.2.7": OTHER, "192.0.2.1": KEY, "192.0.2.2": REFUSED}, gone=["192.0.2.8"])
    for each in network.listeners:
        assert _in_force(each.told) == before
    access.expect_all({"192.0.2.7": OTHER, "192.0.2.1": KEY}, gone=["192.0.2.8"])
    for each in network.listeners:
        assert _in_force(each.told) == {"192.0.2.7": OTHER, "192.0.2.1": KEY}
        assert [remote for remote, _ in each.told[-3:]] == ["192.0.2.8", "192.0.2.7", "192.0.2.1"]


def _in_force(told: Told) -> dict[str, TransportOptions]:
    return {remote: options for remote, options in dict(told).items() if options is not None}


async def test_a_set_of_peers_of_which_a_listener_refuses_one_is_not_made_at_all() -> None:
    """No peer is added, changed or removed: all stay as they were."""
    places = [(OURS, 179), ("::1", 179)]
    async with Speaker(asn=64512, bgp_identifier="10.0.0.1", listen=places, network=FakeNetwork()) as one:
        former = replace(CONFIG, passive=True)
        await one.add_peer(former)
        others = [replace(former, address=f"192.0.2.{number}") for number in (2, 3)]
        with pytest.raises(ConfigError, match=r"^peer 192\.0\.2\.3: transport: no$"):
            await one.apply([replace(former, weight=1), others[0], replace(others[1], transport=REFUSED)])
        assert [each.address for each in one.peers()] == [former.address]
        assert one.peer_config(former.address) == former


async def test_a_peer_that_the_network_refuses_is_named() -> None:
    """Before anything is done."""
    network, access = await listening()
    access.check(CONFIG)
    network.refusal = "transport: device eth9: none"
    with pytest.raises(ConfigError, match=r"^peer 192\.0\.2\.1: transport: device eth9: none$"):
        access.check(CONFIG)


async def test_a_speaker_lives_in_the_network_it_is_given() -> None:
    """It listens, checks and connects there; a peer that cannot be is not added, a change that cannot be not made."""
    network = FakeNetwork()
    places = [("192.0.2.9", 179), ("2001:db8::9", 179)]
    async with Speaker(asn=64512, bgp_identifier="192.0.2.9", listen=places, network=network) as speaker:
        assert speaker.addresses == (("192.0.2.9", 179), ("2001:db8::9", 179))
        await speaker.add_peer(CONFIG)
        await eventually(lambda: "had its day" in speaker.peers()[0].last_error, "the network's answer")
        with pytest.raises(ConfigError, match=r"^peer 192\.0\.2\.1: transport: no$"):
            await speaker.update_peer(PeerConfig(address="192.0.2.1", asn=64512, transport=REFUSED))
        assert speaker.peer_config("192.0.2.1") == CONFIG
        network.refusal = "transport: never"
        with pytest.raises(ConfigError, match=r"^peer 192\.0\.2\.2: transport: never$"):
            await speaker.add_peer(PeerConfig(address="192.0.2.2", asn=64512))
        assert [each.address for each in speaker.peers()] == ["192.0.2.1"]
        await speaker.remove_peer("192.0.2.1")
        assert network.listeners[0].told[-1] == ("192.0.2.1", None)


async def test_a_range_has_its_key_while_it_is_there() -> None:
    """A range that cannot have it is none."""
    network = FakeNetwork()
    places = [("192.0.2.9", 179), ("2001:db8::9", 179)]
    async with Speaker(asn=64512, bgp_identifier="192.0.2.9", listen=places, network=network) as speaker:
        await speaker.accept_peers("10.0.0.0/8", lambda _: CONFIG, md5_key=KEY.md5_key)
        assert network.listeners[1].told == [("10.0.0.0/8", KEY)]
        await speaker.refuse_peers("10.0.0.0/8")
        assert network.listeners[1].told[-1] == ("10.0.0.0/8", None)


async def test_a_bound_socket_is_listened_on_and_a_connected_one_adopted() -> None:
    """The peer is known by the other end's address, whoever made the socket; what is neither is refused."""
    bound = socket.socket()
    bound.bind((OURS, 0))
    async with Speaker(asn=64512, bgp_identifier="10.0.0.1", listen=[bound]) as one:
        async with speaker_at(THEIRS) as other:
            await one.add_peer(PeerConfig(address=THEIRS, asn=64512, passive=True))
            await other.add_peer(PeerConfig(address=OURS, asn=64512, passive=True))
            connection = socket.create_connection(one.addresses[0], timeout=1, source_address=(THEIRS, 0))
            await other.adopt_connection(connection)
            await eventually(
                lambda: all(each.peers()[0].state is State.ESTABLISHED for each in (one, other)), "Established"
            )
        with socket.socket() as unconnected, pytest.raises(ConfigError, match=r"^the socket given is not connected: "):
            await one.adopt_connection(unconnected)
        for pair in (socket.socketpair(), (_datagrams(),)):
            for each in pair:
                with each, pytest.raises(ConfigError, match=r"^the socket given is no TCP socket$"):
                    await one.adopt_connection(each)
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        made = socket.socket(socket.AF_INET, kind)
        with pytest.raises(ConfigError, match=r"^listen: the socket given is "):
            async with Speaker(asn=64512, bgp_identifier="10.0.0.1", listen=[made]):
                pass
        assert made.fileno() == -1


@pytest.mark.parametrize("place", ["127.0.0.1", 179, ("127.0.0.1", "179"), ("127.0.0.1",), None])
async def test_where_nobody_can_listen_is_named(place: Any) -> None:
    """And nothing is left of what was opened before."""
    async with Speaker(asn=64512, bgp_identifier="10.0.0.1", listen=[(OURS, 0)]) as free:
        taken = free.addresses[0]
    speaker = Speaker(asn=64512, bgp_identifier="10.0.0.1", listen=[taken, place])
    with pytest.raises(ConfigError, match=r"^listen: .* is neither an \(address, port\) nor a bound socket$"):
        await speaker.__aenter__()
    async with Speaker(asn=64512, bgp_identifier="10.0.0.1", listen=[taken]) as again:
        assert again.addresses == (taken,)


def _datagrams() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.connect((OURS, 9))
    return made


class Stubborn(TcpNetwork):
    """Cannot change a connection that is open."""

    def adapt(self, transport: asyncio.BaseTransport, *, remote: str, options: TransportOptions) -> None:
        """Refuse."""
        raise ConfigError("transport: not now")


@pytest.mark.parametrize(("network", "plan"), [(None, ChangePlan.NONE), (Stubborn(), ChangePlan.RESET)])
async def test_what_an_open_connection_cannot_have_opens_another(network: TcpNetwork | None, plan: ChangePlan) -> None:
    """Where it can, the session stays and its socket has the option; the plan that is returned says which it was."""
    async with speaker_at(network=network) as one, speaker_at(THEIRS) as other:
        await connect(one, other, other_options={"passive": True})
        config = one.peer_config(THEIRS)
        changed = replace(config, transport=TransportOptions(dscp=10))
        assert await one.update_peer(changed) is plan
        await eventually(
            lambda: all(each.peers()[0].state is State.ESTABLISHED for each in (one, other)), "Established"
        )
        assert other.peers()[0].established_count == (1 if plan is ChangePlan.NONE else 2)
        assert one.peer_config(THEIRS) == changed
