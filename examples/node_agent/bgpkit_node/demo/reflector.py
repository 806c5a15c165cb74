"""The route reflector through which the Internet table goes, a process of its own."""

import asyncio
import json
import logging
import sys
from ipaddress import IPv4Address
from typing import Final

import structlog

from bgpkit import PeerConfig, Speaker
from bgpkit.policy import ACCEPT_ALL
from bgpkit_node.demo.cluster import ASN
from bgpkit_node.demo.internet_table import FEED_ASN, FEEDER, REFLECTOR, SINK

_ONLY_ERRORS: Final = structlog.make_filtering_bound_logger(logging.ERROR)


async def reflect() -> None:
    """Run until killed: an external peer with an explicit import policy, an internal client.

    The table is of 2002, and has AS_SETs, which RFC 9774 has a speaker refuse unless told otherwise.

    The port that the kernel gave is printed as JSON.
    """
    async with Speaker(asn=ASN, bgp_identifier=IPv4Address(REFLECTOR), listen=[(REFLECTOR, 0)]) as speaker:
        await speaker.add_peer(
            PeerConfig(
                address=FEEDER,
                asn=FEED_ASN,
                passive=True,
                import_policy=ACCEPT_ALL,
                graceful_restart=False,
                accept_as_sets=True,
            )
        )
        await speaker.add_peer(PeerConfig(address=SINK, asn=ASN, passive=True, route_reflector_client=True))
        print(json.dumps({"port": speaker.addresses[0][1]}), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr), wrapper_class=_ONLY_ERRORS)
    asyncio.run(reflect())
