"""The keeper: at once, again after a fault, and told once."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from ipaddress import ip_network

import pytest
from structlog.testing import capture_logs

from bgpkit_node.nat import NatKeeper, OutgoingNat
from bgpkit_node.nat import keeper as module
from bgpkit_node.nft import NftError

SOME = OutgoingNat(sources=frozenset({ip_network("10.244.0.0/16")}))


class Kernel:
    """Takes what is wanted, unless it is to refuse it."""

    def __init__(self) -> None:
        """Refuse nothing."""
        self.asked: list[OutgoingNat] = []
        self.refuses: Exception | None = None
        self._called = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def settle(self, nat: OutgoingNat) -> bool:
        """Take it; whether it is new is what a table would return. What becomes of it is settled before it is told."""
        new, refusal = self.asked[-1:] != [nat], self.refuses
        self.asked.append(nat)
        self._loop.call_soon_threadsafe(self._called.set)
        if refusal is not None:
            raise refusal
        return new

    async def called(self) -> None:
        """Wait for the next call."""
        async with asyncio.timeout(5):
            await self._called.wait()
        self._called.clear()


@asynccontextmanager
async def kept(kernel: Kernel) -> AsyncGenerator[NatKeeper]:
    """Give a keeper that runs."""
    keeper = NatKeeper("a", kernel.settle)
    running = asyncio.create_task(keeper.run())
    yield keeper
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_nothing_is_touched_before_it_is_known_what_is_wanted() -> None:
    """Then it is done at once; the same again is no reason to do anything."""
    kernel = Kernel()
    with capture_logs() as logs:
        async with kept(kernel) as keeper:
            await asyncio.sleep(0)
            assert kernel.asked == []
            keeper.want(SOME)
            await kernel.called()
            keeper.want(SOME)
            keeper.want(OutgoingNat())
            await kernel.called()
    assert kernel.asked == [SOME, OutgoingNat()]
    assert [log["event"] for log in logs][:1] == ["nat.changed"]


async def test_what_cannot_be_done_is_told_once_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until it can; another fault than one of ours does not end it."""
    monkeypatch.setattr(module, "AGAIN", 0.001)
    kernel = Kernel()
    kernel.refuses = NftError("no right")
    with capture_logs() as logs:
        async with kept(kernel) as keeper:
            keeper.want(SOME)
            for _ in range(3):
                await kernel.called()
            kernel.refuses = ValueError("a mistake")
            await kernel.called()
            await kernel.called()
            kernel.refuses = None
            await kernel.called()
    told = [log for log in logs if log["event"] == "nat.not_kept"]
    assert [log["reason"] for log in told if "reason" in log] == ["no right"]
    assert len(told) > 1


async def test_it_looks_again_as_often_as_it_is_told() -> None:
    """Other hands may have been at the table."""
    kernel = Kernel()
    async with kept(kernel) as keeper:
        keeper.want(SOME, refresh=0.001)
        for _ in range(3):
            await kernel.called()
    assert kernel.asked[:3] == [SOME] * 3
