"""A route reflector in a process of its own, some of whose listeners never listen: an order a line, an answer a line.

``python -m tests.integration.pressed_reflector '{"hold_time": 3, "send_hold_time": 0}'``
"""

import asyncio
import gc
import json
import logging
import sys
from pathlib import Path
from typing import Any, Final

import structlog

from bgpkit import IPV4_UNICAST, PeerConfig, Speaker, tune_gc
from bgpkit.speaker import EventSubscription, PeerDown

ASN: Final = 64512
ADDRESS: Final = "127.0.0.1"
EVENTS: Final = 50
"""Events that wait for the subscriber that never reads."""


def answer(speaker: Speaker, order: str, idle: dict[str, Any]) -> dict[str, Any]:
    """Return what there is to say to an order."""
    if order == "peers":
        return {
            each.address: {
                "state": str(each.state),
                "error": each.last_error,
                "keepalives": each.messages_sent.keepalives,
                "octets": each.octets_sent,
                "ups": each.established_count,
            }
            for each in speaker.peers()
        }
    if order == "idle":
        return {"events": idle["events"].pending}
    if order == "ends":
        return dict(idle["ends"])
    gc.collect()
    words = Path("/proc/self/status").read_text(encoding="ascii").split()
    return {"resident": int(words[words.index("VmRSS:") + 1]) * 1024, "routes": speaker.size(IPV4_UNICAST)}


async def serve(options: dict[str, Any]) -> None:
    """Obey until nobody gives orders any more."""
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)

    def client(address: str) -> PeerConfig:
        return PeerConfig(
            address=address, asn=ASN, passive=True, route_reflector_client=True, graceful_restart=False, **options
        )

    async with Speaker(asn=ASN, bgp_identifier="10.0.0.1", listen=[(ADDRESS, 0)]) as speaker:
        await speaker.accept_peers("127.0.0.0/8", client)
        watching = speaker.watch_events()
        await anext(watching)  # it begins, and is read no further
        idle: dict[str, Any] = {"events": speaker.events(queue=EVENTS), "ends": {}}
        listening = asyncio.create_task(listen(speaker.events(), idle["ends"]))
        tune_gc()
        say({"port": speaker.addresses[0][1]})
        while line := await orders.readline():
            say(answer(speaker, json.loads(line), idle))
        await watching.aclose()
    await listening


async def listen(events: EventSubscription, ends: dict[str, str]) -> None:
    """Write down how the last session with each peer ended."""
    async for event in events:
        if isinstance(event, PeerDown):
            ends[event.peer] = event.end.cause.name


def say(words: dict[str, Any]) -> None:
    """Write one answer."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    asyncio.run(serve(json.loads(sys.argv[1])))
