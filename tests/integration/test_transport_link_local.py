"""Sessions over IPv6 link-local addresses, and unnumbered ones, with BIRD and FRR; IPv4 routes with IPv6 next hops."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, Speaker
from bgpkit.fib import Fib, KernelNextHops
from bgpkit.transport import Secret, TransportOptions
from tests.integration.transport_lab import (
    ASN,
    THEIR_ASN,
    THEIRS,
    ends,
    is_up,
    link_local,
    peer,
    speaking,
    until,
)
from tests.support.daemons import Bird, Frr
from tests.support.netns import Namespace, Namespaces, connect

pytestmark = pytest.mark.netns
StartBird = Callable[[Namespace, str], Bird]
StartFrr = Callable[[Namespace, str], Frr]
BOTH = (IPV4_UNICAST, IPV6_UNICAST)
LISTEN = [("::", 179)]


def cabled(namespaces: Namespaces) -> tuple[Namespace, Namespace]:
    """Return our node and theirs, a cable between them, without any address but the link-local ones."""
    ours, theirs = namespaces.node("ours"), namespaces.node("theirs")
    connect(ours, theirs)
    return ours, theirs


def bird(remote: str, options: str = "") -> str:
    """Return a configuration of BIRD's with a session on the interface, and a route of each family."""
    return f"""
log stderr all;
router id {THEIRS};
protocol device {{}}
protocol static four {{ ipv4; route 10.77.1.0/24 blackhole; }}
protocol static six {{ ipv6; route 2001:db8:77::/48 blackhole; }}
protocol bgp peer {{
  local as {THEIR_ASN}; neighbor {remote} as {ASN}; interface "eth0";
  connect delay time 1; connect retry time 1; error wait time 1, 1;
  {options}
  ipv4 {{ import all; export all; extended next hop on; }};
  ipv6 {{ import all; export all; }};
}}
"""


def has_route(daemon: Bird, prefix: str) -> bool:
    """Tell whether BIRD has a route to a prefix."""
    return prefix in daemon.ask("show", "route")


async def announce(speaker: Speaker) -> None:
    """Announce a route of each family, ourselves the next hop."""
    await speaker.announce("10.88.1.0/24", "2001:db8:88::/48")


def heard(speaker: Speaker, peer_address: str) -> dict[str, str]:
    """Return the next hops of what a peer has sent, by prefix; FRR sends our own routes back, too."""
    return {
        str(route.prefix): f"{route.attributes.next_hop} {route.attributes.link_local_next_hop}"
        for family in BOTH
        for route in speaker.routes(family, peer=peer_address)
        if "88" not in str(route.prefix)
    }


@pytest.mark.rfc("8950", "3")
@pytest.mark.parametrize("who", ["we connect", "bird connects"])
async def test_a_session_with_bird_between_link_local_addresses(
    who: str, namespaces: Namespaces, start_bird: StartBird
) -> None:
    """Routes of both families go both ways; BIRD knows our link-local address as next hop on the interface.

    Signed, and with TTL 255 on both sides: both know link-local addresses, too.
    """
    ours, theirs = cabled(namespaces)
    own, remote = link_local(ours), link_local(theirs)
    guarded = 'password "correct horse"; ttl security on; '
    options = TransportOptions(md5_key=Secret("correct horse"), ttl_security=1)
    daemon = start_bird(theirs, bird(own, guarded + ("passive on;" if who == "we connect" else "")))
    name = f"{remote}%eth0"
    async with speaking(ours, listen=LISTEN) as speaker:
        await announce(speaker)
        await speaker.add_peer(peer(name, passive=who != "we connect", families=BOTH, transport=options))
        await until(lambda: is_up(speaker, name) and daemon.is_established("peer"), "Established")
        await until(lambda: len(heard(speaker, name)) == 2, "BIRD's routes")
        told = heard(speaker, name)
        assert all(remote in hop for hop in told.values()), told
        for prefix in ("10.88.1.0/24", "2001:db8:88::/48"):
            await until(partial(has_route, daemon, prefix), f"{prefix} in BIRD")
            said = daemon.ask("show", "route", "all", prefix)
            assert re.search(rf"BGP.next_hop: .*{own}", said), said
            assert re.search(rf"via {own} on eth0", said), said


@pytest.mark.rfc("8950", "3")
async def test_a_session_with_frr_between_link_local_addresses(namespaces: Namespaces, start_frr: StartFrr) -> None:
    """Routes of both families go both ways, IPv4 ones with an IPv6 next hop, as FRR tells.

    We connect: FRR 8.4 does not connect to a link-local address that it is told ("Unable to locate ifindex").
    """
    ours, theirs = cabled(namespaces)
    own, remote = link_local(ours), link_local(theirs)
    frr = start_frr(
        theirs,
        f"""
router bgp {THEIR_ASN}
 bgp router-id {THEIRS}
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor {own} remote-as {ASN}
 neighbor {own} interface eth0
 neighbor {own} timers connect 1
 neighbor {own} capability extended-nexthop
 address-family ipv4 unicast
  network 10.77.1.0/24
 exit-address-family
 address-family ipv6 unicast
  network 2001:db8:77::/48
  neighbor {own} activate
 exit-address-family
""",
    )
    name = f"{remote}%eth0"
    async with speaking(ours, listen=LISTEN) as speaker:
        await announce(speaker)
        await speaker.add_peer(peer(name, families=BOTH))
        await until(lambda: is_up(speaker, name) and frr.is_established(own), "Established")
        await assert_exchanged(speaker, name, own, remote, frr)


def paths(frr: Frr, family: str, prefix: str) -> list[dict[str, Any]]:
    """Return what FRR knows of a prefix."""
    found: list[dict[str, Any]] = frr.ask_json(f"show bgp {family} unicast {prefix}").get("paths", [])
    return found


def has_paths(frr: Frr, family: str, prefix: str) -> bool:
    """Tell whether FRR knows a prefix."""
    return bool(paths(frr, family, prefix))


async def assert_exchanged(speaker: Speaker, name: str, own: str, remote: str, frr: Frr) -> None:
    """Wait for FRR's routes and ours, and see whom they name as next hop."""
    await until(lambda: len(heard(speaker, name)) == 2, "FRR's routes")
    told = heard(speaker, name)
    assert all(remote in hop for hop in told.values()), told
    for family, prefix in (("ipv4", "10.88.1.0/24"), ("ipv6", "2001:db8:88::/48")):
        await until(partial(has_paths, frr, family, prefix), f"{prefix} in FRR")
        path = paths(frr, family, prefix)[0]
        assert path["valid"], path
        assert own in [hop["ip"] for hop in path["nexthops"]], path


async def assert_in_the_kernel(speaker: Speaker, node: Namespace, remote: str) -> None:
    """See that routes of both families are installed via the neighbour on the interface, where it can be reached."""
    async with (
        KernelNextHops(on_change=speaker.next_hops_changed, own=[188]) as next_hops,
        Fib(protocol=188) as fib,
    ):
        speaker.use_next_hops(next_hops)
        for family in BOTH:
            fib.follow(speaker, family)
        await until(lambda: len(node.ip_json("route", "show", "proto", "188")) == 1, "the IPv4 route")
        await until(lambda: len(node.ip_json("-6", "route", "show", "proto", "188")) == 1, "the IPv6 route")
        (four,), (six,) = (node.ip_json(version, "route", "show", "proto", "188") for version in ("-4", "-6"))
        assert (four["dst"], four["via"], four["dev"]) == ("10.77.1.0/24", {"family": "inet6", "host": remote}, "eth0")
        assert (six["dst"], six["gateway"], six["dev"]) == ("2001:db8:77::/48", remote, "eth0")
        speaker.use_next_hops(None)
        await fib.close(remove=True)


@pytest.mark.rfc("8950", "4")
async def test_an_unnumbered_neighbour_is_found_on_its_interface(namespaces: Namespaces, start_frr: StartFrr) -> None:
    """Only the interface is named, on both sides; router advertisements tell the rest, and a lost neighbour returns."""
    ours, theirs = cabled(namespaces)
    own, remote = link_local(ours), link_local(theirs)
    frr = start_frr(
        theirs,
        f"""
router bgp {THEIR_ASN}
 bgp router-id {THEIRS}
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor eth0 interface remote-as {ASN}
 neighbor eth0 timers connect 1
 address-family ipv4 unicast
  network 10.77.1.0/24
 exit-address-family
 address-family ipv6 unicast
  network 2001:db8:77::/48
  neighbor eth0 activate
 exit-address-family
""",
    )
    name = f"{remote}%eth0"
    async with speaking(ours, listen=LISTEN) as speaker:
        await announce(speaker)
        await speaker.discover_peers("eth0", lambda address: peer(address, families=BOTH, graceful_restart=False))
        await until(lambda: is_up(speaker, name) and frr.is_established("eth0"), "Established")
        await assert_exchanged(speaker, name, own, remote, frr)
        await assert_in_the_kernel(speaker, ours, remote)
        frr.ask("clear bgp *")
        await until(lambda: not is_up(speaker, name), "the session is gone")
        await until(lambda: is_up(speaker, name), "and back")
        await speaker.refuse_peers("eth0")
        assert speaker.peers() == ()


async def test_two_speakers_find_each_other_on_a_cable(namespaces: Namespaces) -> None:
    """Neither knows an address of the other; the same link-local address on two interfaces is two peers."""
    ours, theirs = cabled(namespaces)
    connect(ours, theirs, interfaces=("eth1", "eth1"))
    for interface in ("eth0", "eth1"):
        theirs.ip("link", "set", interface, "down")
        theirs.ip("link", "set", interface, "addrgenmode", "none", "up")
        theirs.ip("addr", "add", "fe80::1/64", "dev", interface)

    own = [link_local(ours, interface) for interface in ("eth0", "eth1")]
    async with (
        speaking(theirs, THEIRS, asn=THEIR_ASN, listen=LISTEN) as other,
        speaking(ours, listen=LISTEN) as one,
    ):
        for interface in ("eth0", "eth1"):
            with theirs.entered():
                await other.discover_peers(interface, lambda address: peer(address, asn=ASN, passive=True))
            await one.discover_peers(interface, lambda address: peer(address))
        names = ["fe80::1%eth0", "fe80::1%eth1"]
        await until(lambda: all(is_up(one, name) for name in names), "Established on both interfaces")
        assert sorted(each.address for each in one.peers()) == names
        assert {each.local_address for each in one.peers()} == {f"{own[0]}%eth0", f"{own[1]}%eth1"}
        assert len(ends(ours)) == 2
        await other.announce("10.77.1.0/24")
        await until(lambda: len(list(one.routes(peer=names[1]))) == 1, "a route on the second cable")
