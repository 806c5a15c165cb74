"""What is explained is what happens: BIRD has just what the speaker says that it sends it."""

import asyncio
from collections.abc import Callable
from functools import partial

import pytest

from bgpkit import IPV4_UNICAST, Explanation, PeerConfig, Speaker
from bgpkit.fib import Fib
from bgpkit.speaker import ExplainedExport
from bgpkit_rib import DecisionStep
from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces
from tests.support.scripted_peer import eventually
from tests.support.speakers import only

pytestmark = pytest.mark.netns

StartBird = Callable[[Namespace, str], Bird]
OURS, ONE, TWO = "10.9.0.1", "10.9.0.2", "10.9.0.3"
BOTH, FIRST, REFUSED = "10.77.1.0/24", "10.77.2.0/24", "10.78.0.0/24"
BIRD = """
log stderr all;
router id {address};
protocol device {{}}
protocol direct {{ ipv4; }}
protocol static {{ ipv4; {routes} }}
protocol bgp reflector {{
  local {address} as 64512; neighbor 10.9.0.1 as 64512;
  connect delay time 1; connect retry time 1; error wait time 1, 2;
  ipv4 {{ import all; export where source = RTS_STATIC; }};
}}
"""


def configuration(address: str, preference: int, *prefixes: str) -> str:
    """Return BIRD's configuration; its routes have a local preference."""
    routes = " ".join(f"route {prefix} blackhole {{ bgp_local_pref = {preference}; }};" for prefix in prefixes)
    return BIRD.format(address=address, routes=routes)


def said_of(bird: Bird, prefix: str) -> str:
    """Return all that BIRD says of the routes to a prefix that it has learned."""
    return bird.ask("show", "route", "protocol", "reflector", "all", prefix, check=False)


def to(explanation: Explanation, peer: str) -> ExplainedExport:
    """Return the answer for a peer."""
    return next(each for each in explanation.exports if each.peer == peer)


async def reflect(birds: dict[str, Bird]) -> None:
    """Reflect between two BIRDs, and compare."""
    async with Speaker(asn=64512, bgp_identifier=OURS, listen=[(OURS, 179)]) as speaker:
        for address, policy in ((ONE, None), (TWO, only("10.77.0.0/16"))):
            await speaker.add_peer(
                PeerConfig(address=address, asn=64512, passive=True, route_reflector_client=True, export_policy=policy)
            )
        await eventually(lambda: len(speaker.paths(BOTH)) == 2 and len(speaker.paths(REFUSED)) == 1, "all routes")
        told = speaker.explain(BOTH)
        assert [(path.peer, path.step) for path in told.paths] == [
            (TWO, DecisionStep.BEST),
            (ONE, DecisionStep.LOCAL_PREF),
        ]
        assert (to(told, ONE).sent, to(told, TWO).sent) == (True, False)
        for prefix in (BOTH, FIRST, REFUSED):
            for address, bird in birds.items():
                await eventually(partial(agrees, speaker, prefix, address, bird), f"{prefix} at {address} as explained")
        async with Fib(protocol=77) as fib:
            fib.follow(speaker, IPV4_UNICAST)
            await fib.settled()
            forwarding = speaker.explain(BOTH, fib=fib).forwarding
            assert forwarding is not None
            assert (forwarding.installed, TWO in forwarding.text) == (True, True)
            nowhere = speaker.explain("10.99.0.0/16", fib=fib).forwarding
            assert nowhere is not None
            assert not nowhere.installed
        assert to(speaker.explain(REFUSED), TWO).reason.startswith("export policy only 10.77.0.0/16")


def agrees(speaker: Speaker, prefix: str, address: str, bird: Bird) -> bool:
    """Tell whether BIRD has what the explanation says."""
    answer, said = to(speaker.explain(prefix), address), said_of(bird, prefix)
    if answer.attributes is None:
        return prefix not in said
    attributes = answer.attributes
    lines = [
        f"BGP.next_hop: {attributes.next_hop}",
        f"BGP.local_pref: {attributes.local_pref}",
        f"BGP.originator_id: {attributes.originator_id}",
    ]
    return all(line in said for line in lines)


def test_what_is_explained_is_what_bird_has(namespaces: Namespaces, start_bird: StartBird) -> None:
    """Two clients with rival routes; what each is told, and what not."""
    switch = namespaces.segment()
    nodes = {address: namespaces.node(word) for word, address in (("ours", OURS), ("one", ONE), ("two", TWO))}
    for address, node in nodes.items():
        switch.attach(node, f"{address}/24")
    birds = {
        ONE: start_bird(nodes[ONE], configuration(ONE, 100, BOTH, FIRST, REFUSED)),
        TWO: start_bird(nodes[TWO], configuration(TWO, 200, BOTH)),
    }
    with nodes[OURS].entered():
        asyncio.run(reflect(birds))
