"""Bounds on routes with BIRD and FRR: ours told to them, theirs told to us, with family and number (RFC 4486)."""

from collections.abc import Callable

import pytest

from bgpkit import State
from bgpkit.speaker.prefix_limit import PrefixLimit, PrefixLimitAction
from tests.integration.transport_lab import ASN, OURS, THEIR_ASN, THEIRS, is_up, peer, reason, speaking, until
from tests.support.daemons import Bird, Frr
from tests.support.netns import Namespace, Namespaces

pytestmark = pytest.mark.netns

ROUTES = [f"10.{number}.0.0/16" for number in range(71, 76)]
REACHED = "Maximum Number of Prefixes Reached"
SHUTDOWN = PrefixLimit(maximum=4, action=PrefixLimitAction.SHUTDOWN)


@pytest.fixture
def nodes(namespaces: Namespaces) -> tuple[Namespace, Namespace]:
    """Return our node and the daemon's."""
    switch, ours, theirs = namespaces.segment(), namespaces.node("ours"), namespaces.node("theirs")
    switch.attach(ours, f"{OURS}/24")
    switch.attach(theirs, f"{THEIRS}/24")
    return ours, theirs


async def test_bird_is_told_of_our_bound_and_we_of_its(
    nodes: tuple[Namespace, Namespace], start_bird: Callable[[Namespace, str], Bird]
) -> None:
    """Five routes where four may come: it hears why, and comes back when it may; and the other way round."""
    ours, theirs = nodes
    statics = "".join(f"route {prefix} blackhole; " for prefix in ROUTES)
    bird = start_bird(
        theirs,
        f"""
log stderr all; router id {THEIRS}; protocol device {{ }}
protocol static {{ ipv4; {statics} }}
protocol bgp upstream {{
  local {THEIRS} as {THEIR_ASN}; neighbor {OURS} as {ASN};
  connect delay time 1; connect retry time 1; error wait time 1, 1;
  ipv4 {{ import all; export where source = RTS_STATIC; receive limit 2 action restart; }};
}}
""",
    )
    async with speaking(ours) as speaker:
        config = peer(max_prefixes_in=SHUTDOWN)
        await speaker.add_peer(config)
        await until(lambda: "maximum number of prefixes reached" in bird.log().lower(), "BIRD is told")
        assert REACHED in reason(speaker, THEIRS)
        assert speaker.peers()[0].state is State.IDLE
        assert not list(speaker.routes())
        await speaker.update_peer(peer(max_prefixes_in=PrefixLimit(maximum=50)))
        await until(lambda: {str(route.prefix) for route in speaker.routes()} == set(ROUTES), "all five")
        await speaker.announce("10.88.1.0/24", "10.88.2.0/24", "10.88.3.0/24")
        await until(lambda: f"peer sent Cease / {REACHED}" in reason(speaker, THEIRS), "BIRD's bound")


async def test_frr_is_told_of_our_bound_and_we_of_its(
    nodes: tuple[Namespace, Namespace], start_frr: Callable[[Namespace, str], Frr]
) -> None:
    """The same with FRR, which names the subcode in its neighbor's last reset."""
    ours, theirs = nodes
    networks = "".join(f"  network {prefix}\n" for prefix in ROUTES)
    frr = start_frr(
        theirs,
        f"""
router bgp {THEIR_ASN}
 bgp router-id {THEIRS}
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor {OURS} remote-as {ASN}
 neighbor {OURS} timers connect 1
 address-family ipv4 unicast
{networks}  neighbor {OURS} maximum-prefix 2
 exit-address-family
""",
    )

    def last_reset() -> str:
        said = frr.ask_json(f"show bgp neighbors {OURS}")[OURS]
        return f"{said.get('lastNotificationReason', '')} {said.get('lastErrorCodeSubcode', '')}"

    async with speaking(ours) as speaker:
        await speaker.add_peer(peer(max_prefixes_in=SHUTDOWN))
        await until(lambda: REACHED in last_reset(), "FRR is told")
        assert speaker.peers()[0].state is State.IDLE
        await speaker.update_peer(peer(max_prefixes_in=PrefixLimit(maximum=50)))
        await until(lambda: is_up(speaker), "it comes back")
        await until(lambda: {str(route.prefix) for route in speaker.routes()} == set(ROUTES), "all five")
        for number in range(1, 5):  # FRR looks before it takes a route, so that it has one too many in the end
            await speaker.announce(f"10.88.{number}.0/24")
        await until(lambda: f"peer sent Cease / {REACHED}" in reason(speaker, THEIRS), "FRR's bound")
