"""A route reflector in a process of its own that tells what it holds: an order is a line of JSON, and so is its answer.

``python -m tests.integration.loaded_reflector '{"watch": true, "tuned": true}'``
"""

import asyncio
import gc
import json
import logging
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import structlog

from bgpkit import IPV4_UNICAST, PeerConfig, Speaker
from bgpkit.command.stall_clock import StallClock
from bgpkit.policy import (
    ACCEPT_ALL,
    ANY_ROUTE,
    REJECT_ALL,
    FunctionPolicy,
    Policy,
    PrefixSet,
    RoutePolicy,
    Rule,
    SetLocalPref,
    Then,
)
from bgpkit.speaker import RibView
from bgpkit.tuning import tune_gc

ADDRESS: Final = "127.0.0.1"
QUIET: Final = "127.0.4."
"""How the addresses of clients begin that are sent no routes."""
CLIENTS: Final = ("127.0.0.2", "127.0.0.3", "127.0.0.4")
_HALF: Final = PrefixSet.of("0.0.0.0/1 ge 1")
POLICIES: Final[Mapping[str, Callable[[], Policy]]] = {
    "none": lambda: ACCEPT_ALL,
    "changing": lambda: RoutePolicy("changing", (Rule(ANY_ROUTE, (SetLocalPref(150),), Then.ACCEPT),)),
    "by prefix": lambda: RoutePolicy("by prefix", (Rule(_HALF, (SetLocalPref(150),), Then.ACCEPT),), default=True),
    "refusing": lambda: RoutePolicy("refusing", (Rule(_HALF, (), Then.REJECT),), default=True),
    "function": lambda: FunctionPolicy(lambda route: route.attributes.med != 0, "function", keyed=False),
}


class Reflector:
    """The speaker and what follows it."""

    def __init__(self, speaker: Speaker, clock: StallClock) -> None:
        """Tell of ``speaker``."""
        self._speaker = speaker
        self._clock = clock
        self._inward: Policy = ACCEPT_ALL

    def client(self, address: str) -> PeerConfig:
        """Return what a client is to be."""
        return PeerConfig(
            address=address,
            asn=64512,
            passive=True,
            route_reflector_client=True,
            import_policy=self._inward,
            export_policy=REJECT_ALL if address.startswith(QUIET) else None,
            graceful_restart=False,
        )

    async def configure(self) -> None:
        """Name the clients one by one, or give those that are there the present policy."""
        for address in CLIENTS:
            if address in {peer.address for peer in self._speaker.peers()}:
                await self._speaker.update_peer(self.client(address))
            else:
                await self._speaker.add_peer(self.client(address))

    def answer(self, order: str) -> dict[str, Any]:
        """Return what there is to say to an order; the name of a policy makes it that of all who come."""
        if order in POLICIES:
            self._inward = POLICIES[order]()
            return {}
        if order == "size":
            peers = self._speaker.peers()
            return {
                "routes": self._speaker.size(IPV4_UNICAST),
                "peers": len(peers),
                "received": {peer.address: peer.prefixes_received for peer in peers},
                "established": [peer.address for peer in peers if str(peer.state) == "Established"],
            }
        if order == "look":
            # Whoever looks at routes leaves nothing behind either.
            for view in (RibView.LOC_RIB, RibView.ADJ_RIB_IN_PRE):
                looked = [route.attributes for route in self._speaker.routes(view=view)]
            self._speaker.explain("10.0.0.0/24")
            return {"looked": len(looked)}
        if order == "stall":
            return {"stall": self._clock.longest_milliseconds()}
        gc.collect()
        words = Path("/proc/self/status").read_text(encoding="ascii").split()
        return {
            "blocks": sys.getallocatedblocks(),
            "peak": int(words[words.index("VmHWM:") + 1]) * 1024,
        }


async def _watch(speaker: Speaker) -> None:
    async for _ in speaker.watch():
        pass


async def serve(options: dict[str, Any]) -> None:
    """Obey until nobody gives orders any more."""
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    async with Speaker(asn=64512, bgp_identifier="10.0.0.1", listen=[(ADDRESS, 0)]) as speaker, StallClock() as clock:
        reflector = Reflector(speaker, clock)
        configured = bool(options.get("configured"))
        if configured:
            await reflector.configure()
        else:
            await speaker.accept_peers("127.0.0.0/8", reflector.client)
        watching = asyncio.create_task(_watch(speaker)) if options.get("watch") else None
        if options.get("tuned"):
            tune_gc()
        _say({"port": speaker.addresses[0][1]})
        while line := await orders.readline():
            order = json.loads(line)
            _say(reflector.answer(order))
            if configured and order in POLICIES:
                await reflector.configure()
        if watching is not None:
            watching.cancel()


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    asyncio.run(serve(json.loads(sys.argv[1])))
