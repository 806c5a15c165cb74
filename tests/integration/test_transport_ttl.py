"""How far segments come and go (RFC 5082), with BIRD and FRR on the same link and behind a router."""

from collections.abc import Callable

import pytest

from bgpkit import IPV6_UNICAST
from bgpkit.transport import TransportOptions
from tests.integration.transport_lab import (
    ASN,
    OURS,
    THEIR_ASN,
    THEIRS,
    cabled,
    counter,
    is_up,
    never,
    peer,
    reason,
    speaking,
    until,
)
from tests.support.daemons import Bird, Frr
from tests.support.netns import Namespace, Namespaces, connect

pytestmark = pytest.mark.netns
StartBird = Callable[[Namespace, str], Bird]
StartFrr = Callable[[Namespace, str], Frr]
FAR = "10.8.0.1"
ON_THE_LINK = TransportOptions(ttl_security=1)


def routed(namespaces: Namespaces) -> tuple[Namespace, Namespace]:
    """Return our node and one that is behind a router."""
    ours, router, far = (namespaces.node(word) for word in ("ours", "router", "far"))
    connect(ours, router, addresses=([f"{OURS}/24"], ["10.9.0.254/24"]))
    connect(router, far, interfaces=("eth1", "eth0"), addresses=(["10.8.0.254/24"], [f"{FAR}/24"]))
    router.sysctl("net.ipv4.ip_forward", 1)
    ours.ip("route", "add", "10.8.0.0/24", "via", "10.9.0.254")
    far.ip("route", "add", "10.9.0.0/24", "via", "10.8.0.254")
    return ours, far


def bird(options: str, *, local: str = THEIRS, remote: str = OURS) -> str:
    """Return a configuration of BIRD's with one session."""
    return f"""
log stderr all;
router id {THEIRS};
protocol device {{}}
protocol bgp v4 {{
  local {local} as {THEIR_ASN}; neighbor {remote} as {ASN};
  connect delay time 1; connect retry time 1; error wait time 1, 1;
  {options}
  {"ipv6" if ":" in local else "ipv4"} {{ import all; export all; }};
}}
"""


@pytest.mark.rfc("5082", "3")
@pytest.mark.parametrize("local", [THEIRS, "2001:db8:9::1"], ids=["ipv4", "ipv6"])
@pytest.mark.parametrize("who", ["we connect", "bird connects", "both at once"])
async def test_ttl_security_with_bird(who: str, local: str, namespaces: Namespaces, start_bird: StartBird) -> None:
    """Both sides send with TTL 255 and take nothing less: the session comes up, whoever connects, collisions too."""
    ours, theirs = cabled(namespaces)
    remote = OURS if local == THEIRS else "2001:db8:9::2"
    passive = "passive on;" if who == "we connect" else ""
    daemon = start_bird(theirs, bird(f"ttl security on; {passive}", local=local, remote=remote))
    async with speaking(ours, listen=[("0.0.0.0", 179), ("::", 179)]) as speaker:
        families: dict[str, object] = {} if local == THEIRS else {"families": (IPV6_UNICAST,)}
        await speaker.add_peer(peer(local, passive=who == "bird connects", transport=ON_THE_LINK, **families))
        await until(lambda: is_up(speaker, local) and daemon.is_established("v4"), "Established")


@pytest.mark.rfc("5082", "3")
async def test_ttl_security_with_frr(namespaces: Namespaces, start_frr: StartFrr) -> None:
    """FRR, which asks for TTL 255 (``ttl-security hops 1``), takes our segments, and we take FRR's."""
    ours, theirs = cabled(namespaces)
    frr = start_frr(
        theirs,
        f"""
router bgp {THEIR_ASN}
 bgp router-id {THEIRS}
 no bgp ebgp-requires-policy
 neighbor {OURS} remote-as {ASN}
 neighbor {OURS} timers connect 1
 neighbor {OURS} ttl-security hops 1
""",
    )
    async with speaking(ours) as speaker:
        await speaker.add_peer(peer(transport=ON_THE_LINK))
        await until(lambda: is_up(speaker) and frr.is_established(OURS), "Established")


@pytest.mark.rfc("5082", "3")
async def test_whoever_asks_for_ttl_255_does_not_hear_a_speaker_without_it(
    namespaces: Namespaces, start_bird: StartBird
) -> None:
    """BIRD, which asks for it, drops what we send with the kernel's TTL: the option it is."""
    ours, theirs = cabled(namespaces)
    start_bird(theirs, bird("ttl security on; passive on;"))
    async with speaking(ours) as speaker:
        await speaker.add_peer(peer())
        await until(lambda: counter(theirs, "TcpExtTCPMinTTLDrop") > 0, "BIRD's kernel drops what we send")
        assert not is_up(speaker)


@pytest.mark.rfc("5082", "3")
async def test_what_came_over_a_router_is_refused_when_it_connects(
    namespaces: Namespaces, start_bird: StartBird
) -> None:
    """BIRD, two hops away, sends with TTL 255, which is 254 here: refused with both numbers, and nothing is read."""
    ours, far = routed(namespaces)
    start_bird(far, bird("ttl security on; multihop 2;", local=FAR))
    async with speaking(ours) as speaker:
        await speaker.add_peer(peer(FAR, passive=True, transport=ON_THE_LINK))
        await until(lambda: "TTL 254" in reason(speaker, FAR), "the refusal")
        assert "ttl_security 1 asks for 255 at least" in reason(speaker, FAR)
        await never(lambda: is_up(speaker, FAR), "a session over two hops", 1.5)
        await speaker.update_peer(peer(FAR, passive=True, transport=TransportOptions(ttl_security=2)))
        await until(lambda: is_up(speaker, FAR), "Established: two hops are allowed now")


@pytest.mark.rfc("5082", "3")
async def test_what_came_over_a_router_is_dropped_when_we_connect(
    namespaces: Namespaces, start_bird: StartBird
) -> None:
    """The answer to our SYN comes with TTL 254: the kernel drops it, and counts that."""
    ours, far = routed(namespaces)
    start_bird(far, bird("ttl security on; multihop 2; passive on;", local=FAR))
    async with speaking(ours, listen=[]) as speaker:
        await speaker.add_peer(peer(FAR, transport=ON_THE_LINK))
        await until(lambda: counter(ours, "TcpExtTCPMinTTLDrop") > 0, "our kernel drops the answer")
        assert not is_up(speaker, FAR)


async def test_multihop_1_keeps_a_connection_on_the_link(namespaces: Namespaces, start_bird: StartBird) -> None:
    """What is sent with TTL 1 ends at the router; with 2 it arrives."""
    ours, far = routed(namespaces)
    start_bird(far, bird("multihop; passive on;", local=FAR))
    async with speaking(ours, listen=[]) as speaker:
        await speaker.add_peer(peer(FAR, transport=TransportOptions(multihop=1)))
        await until(lambda: "connect to" in reason(speaker, FAR), "the attempt fails")
        assert not is_up(speaker, FAR)
        await speaker.update_peer(peer(FAR, transport=TransportOptions(multihop=2)))
        await until(lambda: is_up(speaker, FAR), "Established over two hops")
