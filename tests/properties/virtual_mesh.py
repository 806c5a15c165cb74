"""A mesh of speakers whose links are bad for a while: ``python -m tests.properties.virtual_mesh SEED``."""

import asyncio
import hashlib
import logging
import sys
from contextlib import AsyncExitStack
from typing import Final

import structlog

from bgpkit import PeerConfig, Speaker, State
from bgpkit.testing import LinkConditions, Simulation

BAD: Final = LinkConditions(
    delay=0.02, jitter=0.3, connect_jitter=2.0, reset=0.02, half_open=0.01, refuse=0.2, black_hole=0.2
)
BANDWIDTH: Final = LinkConditions(delay=0.02, bandwidth=200.0, window=500)
GOOD: Final = LinkConditions(delay=0.01)
ASN: Final = 64512
TROUBLE: Final = 600.0
PEACE: Final = 900.0


def addresses(size: int) -> list[str]:
    """Return the addresses of a mesh."""
    return [f"10.0.0.{number}" for number in range(1, size + 1)]


def prefix_of(address: str) -> str:
    """Return what the speaker of an address announces."""
    return f"10.{address.rpartition('.')[2]}.0.0/16"


async def mesh(lab: Simulation, size: int, trouble: LinkConditions, crashes: bool = True) -> list[set[str]]:
    """Let a full mesh live through trouble and peace; return the prefixes that each speaker has in the end."""
    own = addresses(size)
    async with AsyncExitStack() as running:
        speakers = [await running.enter_async_context(_speaker(lab, address)) for address in own]
        for speaker, address in zip(speakers, own, strict=True):
            await _furnish(speaker, address, own)
        for one in own:
            for other in own:
                if one < other:
                    lab.network.shape(one, other, trouble)
        await asyncio.sleep(TROUBLE / 2)
        if crashes:
            await _crash(lab, running, speakers, own)
        lab.network.interrupt(own[0], own[1])
        await asyncio.sleep(TROUBLE / 2)
        for one in own:
            for other in own:
                if one < other:
                    lab.network.restore(one, other)
                    lab.network.shape(one, other, GOOD)
        await asyncio.sleep(PEACE)
        for speaker in speakers:
            assert {peer.state for peer in speaker.peers()} == {State.ESTABLISHED}
            for peer in speaker.peers():
                lab.note(f"{speaker.bgp_identifier} with {peer.address}", str(peer.established_count))
        return [{str(route.prefix) for route in speaker.routes()} for speaker in speakers]


def _speaker(lab: Simulation, address: str) -> Speaker:
    host = lab.network.host(address)
    return Speaker(asn=ASN, bgp_identifier=address, listen=[(address, 179)], network=host, jitter=host.random)


async def _furnish(speaker: Speaker, address: str, own: list[str]) -> None:
    for other in own:
        if other != address:
            await speaker.add_peer(PeerConfig(address=other, asn=ASN, restart_time=60))
    await speaker.announce(prefix_of(address))


async def _crash(lab: Simulation, running: AsyncExitStack, speakers: list[Speaker], own: list[str]) -> None:
    """Let the last host go down without a word, and come back after a minute."""
    host = lab.network.at(own[-1])
    assert host is not None
    host.crash()
    await asyncio.sleep(60)
    speakers[-1] = await running.enter_async_context(_speaker(lab, own[-1]))
    await _furnish(speakers[-1], own[-1], own)


def digest(lab: Simulation) -> str:
    """Return what tells the logs of two runs apart."""
    return hashlib.sha256("\n".join(map(str, lab.log)).encode()).hexdigest()


def run(seed: int, size: int = 5, trouble: LinkConditions = BAD) -> tuple[Simulation, list[set[str]]]:
    """Run a mesh; return the simulation and what each speaker has in the end."""
    lab = Simulation(seed, conditions=trouble)
    return lab, lab.run(lambda running: mesh(running, size, trouble))


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    finished, _ = run(int(sys.argv[1]))
    sys.stdout.write(f"{len(finished.log)} {digest(finished)}\n")
