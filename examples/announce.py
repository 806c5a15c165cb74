"""Announce prefixes to a peer and print what it tells: a speaker in a page.

::

    python examples/announce.py --asn 64512 --identifier 192.0.2.1 --peer 192.0.2.2 --peer-asn 64513 198.51.100.0/24

Runs until Ctrl-C, or with ``--seconds`` for that long; the session is closed with a NOTIFICATION then.
"""

import argparse
import asyncio
import contextlib
import sys

import structlog

from bgpkit import PeerConfig, RouteChange, Speaker
from bgpkit.policy import ACCEPT_ALL


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Announce prefixes to a peer and print what it tells.")
    parser.add_argument("--asn", type=int, required=True, help="our AS number")
    parser.add_argument("--identifier", required=True, metavar="ADDRESS", help="our BGP Identifier")
    parser.add_argument("--peer", required=True, metavar="ADDRESS", help="the peer's address")
    parser.add_argument("--peer-asn", type=int, required=True, help="the peer's AS number")
    parser.add_argument("--port", type=int, default=179, help="the peer's port (%(default)s)")
    parser.add_argument("--local", metavar="ADDRESS", help="our own address for the connection")
    parser.add_argument("--next-hop", metavar="ADDRESS", help="next hop of the prefixes (our address on the session)")
    parser.add_argument("--seconds", type=float, help="how long to run")
    parser.add_argument("prefixes", nargs="*", metavar="PREFIX")
    return parser.parse_args()


async def main(options: argparse.Namespace) -> None:
    """Announce, and print until it is time to end."""
    async with Speaker(asn=options.asn, bgp_identifier=options.identifier) as speaker:
        await speaker.announce(*options.prefixes, next_hop=options.next_hop)
        await speaker.add_peer(
            PeerConfig(
                address=options.peer,
                asn=options.peer_asn,
                port=options.port,
                local_address=options.local,
                import_policy=ACCEPT_ALL,
                export_policy=ACCEPT_ALL,
            )
        )
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(options.seconds):
                async for change in speaker.watch():
                    if change.route is None or change.route.peer != "local":
                        print(sentence(change), flush=True)


def sentence(change: RouteChange) -> str:
    """Say what has changed."""
    if change.route is None:
        return f"{change.prefix} is gone"
    attributes = change.route.attributes
    path = f" AS path {attributes.as_path}" if attributes.as_path.length else ""
    return f"{change.prefix} from {change.route.peer}: next hop {attributes.next_hop}{path}"


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # the log; routes go to the output
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(arguments()))
