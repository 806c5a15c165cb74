"""The network: hosts, links, and faults on purpose."""

import asyncio

import pytest

from bgpkit.errors import ConfigError
from bgpkit.testing import LinkConditions, Simulation, VirtualNetwork
from tests.unit.testing.ends import CLIENT, SERVER, End, connected


def test_addresses_are_known_by_their_shortest_form() -> None:
    """However they are written; what is no address is refused."""
    network = VirtualNetwork()
    host = network.host("2001:DB8:0::1")
    assert host.addresses == ("2001:db8::1",)
    assert network.at("2001:db8::1") is host
    assert network.link("2001:db8::2", "2001:db8:0::1") is network.link("2001:db8::1", "2001:db8::2")
    with pytest.raises(ConfigError, match=r"'10\.0\.0' is not an IPv4 or IPv6 address"):
        network.host("10.0.0")


def test_an_address_belongs_to_one_running_host() -> None:
    """A crashed one can be replaced."""
    network = VirtualNetwork()
    network.host(CLIENT, SERVER)
    with pytest.raises(ConfigError, match=r"address 192\.0\.2\.2 is that of another host, which runs"):
        network.host(SERVER)
    with pytest.raises(ConfigError, match="a host needs an address"):
        network.host()


def test_links_have_the_conditions_of_the_network_until_they_get_their_own() -> None:
    """Shaping one leaves the others alone."""
    network = VirtualNetwork(conditions=LinkConditions(delay=1.0))
    network.shape(CLIENT, SERVER, LinkConditions(delay=2.0))
    assert network.link(SERVER, CLIENT).conditions.delay == 2.0
    assert network.link(CLIENT, "192.0.2.3").conditions.delay == 1.0


def test_what_befalls_one_link_does_not_depend_on_another() -> None:
    """Each has dice of its own, which follow from the seed and the two addresses."""
    shaken = LinkConditions(connect_jitter=1.0)
    one, other = VirtualNetwork(5, conditions=shaken), VirtualNetwork(5)
    other.link(CLIENT, "192.0.2.3").chance(0.5)
    draws = {one.link(CLIENT, f"192.0.2.{host}").connect_delay() for host in range(50, 100)}
    assert len(draws) == 50
    assert [network.link(CLIENT, SERVER).chance(0.5) for network in (one, other) for _ in range(1)] == [
        VirtualNetwork(5).link(CLIENT, SERVER).chance(0.5)
    ] * 2


def test_what_a_protocol_says_at_once_comes_after_the_opening() -> None:
    """Its first octets are written while it is told that the connection is open."""

    class Forward(End):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            self.transport.write(b"hello")

    async def main(lab: Simulation) -> None:
        host, far = lab.network.host(CLIENT), End()
        await host.listen(lambda: far, CLIENT, 179)
        await host.connect(Forward, remote=(CLIENT, 179))
        await asyncio.sleep(1)
        assert far.words == ["made", "octets 5"]

    lab = Simulation()
    lab.run(main)
    assert [event.kind.name for event in lab.log] == ["CONNECT", "OPENED", "OCTETS"]


def test_connections_between_two_hosts_are_reset_or_silenced_on_purpose() -> None:
    """Those of others are not touched."""

    async def main(lab: Simulation) -> None:
        near, far = await connected(lab)
        silent, mute = await connected(lab)
        assert lab.network.connections == 4
        assert lab.network.reset("192.0.2.3", CLIENT) == 0
        lab.network.silence(CLIENT, SERVER)
        third, fourth = await connected(lab)
        third.transport.write(b"heard")
        near.transport.write(b"not heard")
        await asyncio.sleep(1)
        assert (far.octets, mute.octets, fourth.octets) == (b"", b"", b"heard")
        assert lab.network.reset(SERVER, CLIENT) == 6
        await asyncio.sleep(1)
        assert silent.words == ["made", "lost ConnectionResetError"]
        assert lab.network.connections == 0

    Simulation().run(main)
