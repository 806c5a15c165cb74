"""One peer that sends a table to a reflector and ten that take it, in a process of their own.

``python -m tests.integration.route_traffic PORT ROUTES``
"""

import asyncio
import json
import sys
import time
from typing import Final

from tests.integration.route_load import Reading, announcements, send_all
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer

FEEDER: Final = "127.0.0.9"
READERS: Final = tuple(f"127.0.0.{number}" for number in range(10, 20))
_QUIET: Final = 1.0


async def _client(port: int, address: str) -> ScriptedPeer:
    peer = await ScriptedPeer.dial("127.0.0.1", port, local=address)
    identifier = f"10.0.0.{address.rpartition('.')[2]}"
    return await peer.handshake(64512, identifier, octets.IPV4_CAPABILITY, hold_time=0)


async def traffic(port: int, routes: int) -> dict[str, float]:
    """Send ``routes`` routes and take them ten times; return the seconds it took and the least octets of a reader."""
    messages = announcements(routes)
    readings = [Reading(await _client(port, address)) for address in READERS]
    feeder = Reading(await _client(port, FEEDER))
    began = time.monotonic()
    await send_all(feeder.peer, messages)
    heard = [await reading.quiet(_QUIET) for reading in readings]
    took = time.monotonic() - began - _QUIET
    for each in (*readings, feeder):
        await each.close()
    return {"seconds": took, "sent": sum(map(len, messages)), "heard": min(heard)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(traffic(int(sys.argv[1]), int(sys.argv[2])))))
