"""Two autonomous systems learn each other's networks: two speakers in one process, talking over the loopback.

::

    python examples/two_as.py

The router 192.168.1.10 of AS 1 and the router 172.17.1.20 of AS 2 each know their own network only. BGP tells each
the other's; a network that appears later is learned without a word of configuration, and forgotten when it goes.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Final

import structlog

from bgpkit import IPV4_UNICAST, Entry, PeerConfig, Speaker
from bgpkit.policy import ACCEPT_ALL

OFFICE: Final = "192.168.1.0/24"
SERVERS: Final = "172.17.0.0/16"
NEW: Final = "172.18.0.0/16"
SECONDS: Final = 30


async def main() -> None:
    """Show both tables at each stage."""
    async with router(1, "192.168.1.10", "127.0.0.1") as one, router(2, "172.17.1.20", "127.0.0.2") as two:
        await one.announce(OFFICE)
        await two.announce(SERVERS)
        show("before: each knows its own network, the other's is unreachable", one, two)

        await connect(one, two)
        await settled(one, lambda: SERVERS in prefixes(one))
        await settled(two, lambda: OFFICE in prefixes(two))
        show("with BGP: each has learned the other's network", one, two)

        await two.announce(NEW)
        await settled(one, lambda: NEW in prefixes(one))
        show(f"a new network in AS 2, {NEW}: learned unasked", one, two)

        await two.withdraw(NEW)
        await settled(one, lambda: NEW not in prefixes(one))
        show("withdrawn: it is gone everywhere", one, two)

        await two.announce(OFFICE)
        await settled(one, lambda: OFFICE in both(one))
        print(f"== the same network on both sides: {', '.join(sorted(both(one)))} is in AS 1 and comes from AS 2, too")


@asynccontextmanager
async def router(asn: int, identifier: str, address: str) -> AsyncGenerator[Speaker, None]:
    """Run a speaker that listens on ``address``, at a port that the kernel chooses."""
    async with Speaker(asn=asn, bgp_identifier=identifier, listen=[(address, 0)]) as speaker:
        yield speaker


async def connect(one: Speaker, two: Speaker) -> None:
    """Make each the other's peer; external peers exchange nothing until policies say so (RFC 8212)."""
    for here, there in ((one, two), (two, one)):
        ((own, _), (address, port)) = here.addresses[0], there.addresses[0]
        await here.add_peer(
            PeerConfig(
                address=address,
                port=port,
                local_address=own,
                asn=there.asn,
                import_policy=ACCEPT_ALL,
                export_policy=ACCEPT_ALL,
            )
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


def prefixes(speaker: Speaker) -> set[str]:
    """Return the prefixes that a speaker has a route to."""
    return {str(route.prefix) for route in speaker.routes()}


def both(speaker: Speaker) -> set[str]:
    """Return the prefixes that a speaker originates and hears from a peer as well."""
    own = {str(route.prefix) for route in speaker.routes(peer="local")}
    return own & {str(route.prefix) for peer in speaker.peers() for route in speaker.routes(peer=peer.address)}


def show(title: str, *speakers: Speaker) -> None:
    """Print the table of each speaker."""
    print(f"== {title}")
    for speaker in speakers:
        print(f"   router {speaker.bgp_identifier} of AS {speaker.asn}")
        for route in sorted(speaker.routes(), key=lambda route: route.prefix):
            attributes = route.attributes
            way = f"via {attributes.next_hop}, AS path {attributes.as_path}" if attributes.next_hop else "own network"
            print(f"      {route.prefix!s:<18} {way}")


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asyncio.run(main())
