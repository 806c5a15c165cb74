"""Print every change of a best route as a line of JSON: BGP for a pipe.

::

    python examples/route_watch.py --asn 64512 --identifier 192.0.2.1 --listen 192.0.2.1:179 \
        --peer 192.0.2.2=64513 --peer 192.0.2.3=64512 | jq .

It announces nothing. Peers may be named more than once and are waited for: they connect to us.
"""

import argparse
import asyncio
import contextlib
import json
import sys

import structlog

from bgpkit import PeerConfig, RouteChange, Speaker
from bgpkit.policy import ACCEPT_ALL, REJECT_ALL


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Print every change of a best route as a line of JSON.")
    parser.add_argument("--asn", type=int, required=True, help="our AS number")
    parser.add_argument("--identifier", required=True, metavar="ADDRESS", help="our BGP Identifier")
    parser.add_argument("--listen", type=listener, required=True, metavar="ADDRESS:PORT", help="port 0: any")
    parser.add_argument("--peer", type=peer, action="append", required=True, metavar="ADDRESS=ASN", dest="peers")
    return parser.parse_args()


def listener(text: str) -> tuple[str, int]:
    """Read ADDRESS:PORT."""
    address, _, port = text.rpartition(":")
    return address.strip("[]"), int(port)


def peer(text: str) -> PeerConfig:
    """Read ADDRESS=ASN."""
    address, _, asn = text.partition("=")
    return PeerConfig(address=address, asn=int(asn), passive=True, import_policy=ACCEPT_ALL, export_policy=REJECT_ALL)


async def main(options: argparse.Namespace) -> None:
    """Print where we listen, then the changes, until Ctrl-C."""
    async with Speaker(asn=options.asn, bgp_identifier=options.identifier, listen=[options.listen]) as speaker:
        for config in options.peers:
            await speaker.add_peer(config)
        print(json.dumps({"listening": [f"{address}:{port}" for address, port in speaker.addresses]}), flush=True)
        async for change in speaker.watch():
            print(json.dumps(fields(change)), flush=True)


def fields(change: RouteChange) -> dict[str, object]:
    """Return what is printed of a change; without ``next_hop`` the prefix is gone."""
    if change.route is None:
        return {"prefix": str(change.prefix)}
    attributes = change.route.attributes
    return {
        "prefix": str(change.prefix),
        "peer": change.route.peer,
        "next_hop": str(attributes.next_hop),
        "as_path": str(attributes.as_path),
        "origin": attributes.origin.name,
        "communities": [str(community) for community in attributes.communities],
    }


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # the log; routes go to the output
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(arguments()))
