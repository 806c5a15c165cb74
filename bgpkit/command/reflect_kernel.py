"""The kernel's side of ``bgpkit reflect --install``."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from bgpkit import Speaker
from bgpkit.fib import Fib
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST

RTPROT_BGP: Final = 186
"""The kernel's number for routes of BGP; linux/rtnetlink.h."""


@asynccontextmanager
async def kernel_routes() -> AsyncGenerator[Fib]:
    """Keep routes in the kernel; on a clean end they are removed, on any other they stay."""
    fib = Fib(protocol=RTPROT_BGP)
    await fib.start()
    try:
        yield fib
    except BaseException:
        await fib.close()
        raise
    await fib.close(remove=True)


def follow(fib: Fib, speaker: Speaker) -> asyncio.Task[None]:
    """Keep the kernel's routes in step with the best routes of a speaker; return what sweeps up after a former run."""
    for family in speaker.families:
        if family in {IPV4_UNICAST, IPV6_UNICAST}:
            fib.follow(speaker, family)
    return asyncio.create_task(_sweep(fib, speaker), name="bgpkit.sweep")


async def _sweep(fib: Fib, speaker: Speaker) -> None:
    await fib.sweep_when_complete(speaker)  # clients come from ranges, so who is still to come only time can tell
