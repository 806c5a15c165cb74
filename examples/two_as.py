"""Two autonomous systems learn each other's networks: two speakers in one process, on a network in memory.

::

    python examples/two_as.py

The router 192.168.1.10 of AS 1 and the router 172.17.1.20 of AS 2 each know their own network only. Static routes lead
to the other's, and have to be written on both. BGP tells each the other's; a network that appears later is learned
without a word of configuration, and forgotten when it goes. A network that both have is reported.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from typing import Final

import structlog

from bgpkit import IPV4_UNICAST, Entry, PeerConfig, Route, Speaker
from bgpkit.policy import ACCEPT_ALL
from bgpkit.testing import Simulation

OFFICE: Final = "192.168.1.0/24"
SERVERS: Final = "172.17.0.0/16"
NEW: Final = "172.18.0.0/16"
ONE: Final = "192.168.1.10"
TWO: Final = "172.17.1.20"
SECONDS: Final = 30


async def main(lab: Simulation) -> None:
    """Show both tables at each stage."""
    async with router(lab, 1, ONE) as one, router(lab, 2, TWO) as two:
        await one.announce(OFFICE)
        await two.announce(SERVERS)
        show("before: each knows its own network, the other's is unreachable", one, two)

        await one.announce(SERVERS, next_hop=TWO)
        await two.announce(OFFICE, next_hop=ONE)
        show("with static routes: one written on each router", one, two)
        await two.announce(NEW)
        show(f"a new network in AS 2, {NEW}: nobody has written it on the other router", one, two)
        await two.withdraw(NEW, OFFICE)
        await one.withdraw(SERVERS)

        await connect(one, two)
        await settled(one, lambda: SERVERS in ways(one))
        await settled(two, lambda: OFFICE in ways(two))
        show("with BGP: each has learned the other's network", one, two)

        await two.announce(NEW)
        await settled(one, lambda: NEW in ways(one))
        show(f"the new network in AS 2, {NEW}: learned unasked", one, two)

        await two.withdraw(NEW)
        await settled(one, lambda: NEW not in ways(one))
        show("withdrawn: it is gone everywhere", one, two)

        await two.announce(OFFICE)
        await settled(one, lambda: bool(list(doubles(one))))
        show(f"{OFFICE} on both sides: each router uses its own", one, two)
        for line in (*doubles(one), *doubles(two)):
            print(line)


def router(lab: Simulation, asn: int, address: str) -> Speaker:
    """Return a speaker that will run at ``address``, which is its BGP Identifier, too."""
    host = lab.network.host(address)
    return Speaker(asn=asn, bgp_identifier=address, listen=[(address, 179)], network=host, jitter=host.random)


async def connect(one: Speaker, two: Speaker) -> None:
    """Make each the other's peer; external peers exchange nothing until policies say so (RFC 8212)."""
    for here, there in ((one, two), (two, one)):
        address = str(there.bgp_identifier)
        await here.add_peer(
            PeerConfig(address=address, asn=there.asn, import_policy=ACCEPT_ALL, export_policy=ACCEPT_ALL)
        )


async def settled(speaker: Speaker, condition: Callable[[], bool]) -> None:
    """Wait until a condition on the table of ``speaker`` holds, looking whenever the table has changed."""
    changed = asyncio.Event()

    def look_again(_keys: list[bytes], _old: Entry | None, _new: Entry | None) -> None:
        """Note that the table has changed."""
        changed.set()

    unsubscribe = speaker.subscribe(IPV4_UNICAST, look_again)
    try:
        async with asyncio.timeout(SECONDS):
            while not condition():
                changed.clear()
                await changed.wait()
    finally:
        unsubscribe()


def show(title: str, *speakers: Speaker) -> None:
    """Print the table of each speaker: a line for every network that any of them knows."""
    print(f"== {title}")
    tables = [ways(speaker) for speaker in speakers]
    networks = sorted({network for table in tables for network in table})
    for speaker, table in zip(speakers, tables, strict=True):
        print(f"   router {speaker.bgp_identifier} of AS {speaker.asn}")
        for network in networks:
            print(f"      {network:<18} {table.get(network, 'unreachable')}")


def ways(speaker: Speaker) -> dict[str, str]:
    """Say for each network that a speaker has a route to how it gets there."""
    return {str(route.prefix): way(route) for route in speaker.routes()}


def way(route: Route) -> str:
    """Say how a route is followed, and where it is from."""
    attributes = route.attributes
    if route.peer != "local":
        return f"BGP via {attributes.next_hop}, AS path {attributes.as_path}"
    return f"static via {attributes.next_hop}" if attributes.next_hop else "own network"


def doubles(speaker: Speaker) -> Iterator[str]:
    """Yield a sentence for each network that a speaker has itself and hears of from a peer as well."""
    own = {route.prefix for route in speaker.routes(peer="local")}
    for peer in speaker.peers():
        for route in speaker.routes(peer=peer.address):
            if route.prefix in own:
                yield (
                    f"!! {route.prefix} is a network of AS {speaker.asn}, and {peer.address} of AS {peer.asn} "
                    "announces it as well: hosts on one side do not reach those on the other"
                )


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    Simulation().run(main)
