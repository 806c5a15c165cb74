"""A speaker with one peer whose path ``bgpkit bfd``, or BFD in the same process, watches; it runs until it is killed.

``python -m tests.interop.bfd_speaker_program '{"socket": "/tmp/bfd.sock", "restarting": true}'``
"""

import asyncio
import json
import sys
from typing import Any

from bgpkit import PeerConfig, Speaker
from bgpkit.bfd import BfdClient, BfdService
from bgpkit.speaker import BfdMode, BfdOptions

THEIRS, OURS = "10.9.0.1", "10.9.0.2"
INTERVAL, MULTIPLIER = 0.1, 3
FAST: dict[str, Any] = {
    "transmit_interval": INTERVAL,
    "receive_interval": INTERVAL,
    "detect_multiplier": MULTIPLIER,
}


def peer(**options: Any) -> PeerConfig:
    """Return the other side as a peer whose path is watched at 100 ms."""
    bfd = BfdOptions(**(FAST | options))
    return PeerConfig(address=THEIRS, asn=64512, local_address=OURS, connect_retry_time=1.0, bfd=bfd)


async def serve(options: dict[str, Any]) -> None:
    """Announce a prefix to BIRD for ever."""
    socket = options.get("socket")
    async with (
        BfdService() if socket is None else BfdClient(socket) as bfd,
        Speaker(
            asn=64512,
            bgp_identifier=OURS,
            liveness=bfd,
            restarting=options.get("restarting", False),
            listen=[(OURS, 179)],
        ) as speaker,
    ):
        await speaker.announce("10.88.1.0/24")
        await speaker.add_peer(peer(mode=BfdMode(options.get("mode", "plain"))))
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(json.loads(sys.argv[1])))
