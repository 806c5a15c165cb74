"""The task that drives the dialogue: when it checks, when it waits, and how it ends."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from ipaddress import IPv4Address
from typing import Self

import pytest

from bgpkit.errors import FibError
from bgpkit.fib import (
    Drift,
    FibEvent,
    FibLost,
    NextHop,
    Resynced,
    ResyncReason,
    RouteConflict,
    RouteDrifted,
    RouteKind,
    pacing,
)
from bgpkit.fib.dialogue import Dialogue
from bgpkit.fib.form import Form
from bgpkit.fib.kernel import Notices
from bgpkit.fib.netlink.page import Page
from bgpkit.fib.operation import Answers, Batch
from bgpkit.fib.report import Reporter
from bgpkit.fib.route import Spec
from bgpkit.fib.slicing import SLICE
from bgpkit.fib.worker import Worker
from tests.unit.fib.model_kernel import OURS, ModelKernel
from tests.unit.fib.turns import Turns

DROP = Spec(RouteKind.BLACKHOLE, ())
SEND = Spec(RouteKind.UNICAST, (NextHop(IPv4Address("10.0.0.2")),))
KEYS = [bytes((24, 10, number >> 8, number & 255)) for number in range(8000)]


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        """Start at 1000 seconds."""
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class CountingKernel(ModelKernel):
    """A model kernel that counts its dumps and may break."""

    def __init__(self) -> None:
        """Start whole."""
        super().__init__()
        self.dumps = 0
        self.dump_fails = False
        self.deaf = False
        self.faulty = False

    async def dump(self, width: int, *, own_only: bool) -> AsyncIterator[Page]:
        """Count, and fail if asked to."""
        self.dumps += 1
        if self.dump_fails:
            raise FibError("the kernel's table cannot be read", 12)
        async for page in super().dump(width, own_only=own_only):
            yield page

    async def execute(self, batch: Batch, meanwhile: Callable[[], Batch | None]) -> Answers:
        """Take a while, as the kernel does beside the loop."""
        await asyncio.sleep(0)
        if self.faulty:
            raise KeyError("a fault of ours")
        return await super().execute(batch, meanwhile)

    def notices(self) -> Notices:
        """Fail if asked to."""
        if self.deaf:
            raise FibError("netlink: gone", 9)
        return super().notices()


class Rig:
    """A worker over a model kernel, with a clock of its own."""

    def __init__(self) -> None:
        """Make all parts."""
        self.kernel, self.clock = CountingKernel(), Clock()
        self.events: list[FibEvent] = []
        self.dialogue = Dialogue(OURS, self.kernel, lambda _: 0)
        self.worker = Worker(self.dialogue, 30, self.clock, Reporter(self.events.append, self.clock))
        self.task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Run the worker."""
        self.task = asyncio.create_task(self.worker.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop the worker."""
        if self.task is not None:
            self.task.cancel()
            with suppress(asyncio.CancelledError):
                await self.task

    async def pass_time(self, seconds: float) -> None:
        """Let time pass and the worker notice it."""
        self.clock.now += seconds
        self.worker.wake()
        for _ in range(20):
            await asyncio.sleep(0)


async def test_a_check_lets_others_have_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all is as held, and where it is not: each step may be followed by a turn."""
    monkeypatch.setattr(pacing, "SLICE_SECONDS", -1.0)
    rig = Rig()
    async with rig:
        rig.dialogue.reconcilers[32].want(KEYS, DROP)
        await rig.worker.settled()
    async with Turns() as passed:
        await rig.worker.check()
        assert passed.count >= len(KEYS)  # a page each
    rig.kernel.table.clear()
    async with Turns() as passed:
        await rig.worker.check()
        assert passed.count >= 2 * (len(KEYS) // SLICE + 1)  # what is held, and what is wanted


async def test_wishes_are_written_in_batches_and_the_loop_runs_between() -> None:
    """Eight thousand routes take four batches; another task gets a turn during each."""
    async with Rig() as rig:
        turns = 0

        async def count_turns() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        counter = asyncio.create_task(count_turns())
        rig.dialogue.reconcilers[32].want(KEYS, DROP)
        await rig.worker.settled()
        counter.cancel()
        assert len(rig.kernel.ours()) == rig.dialogue.writes == 8000
        assert turns >= 4


async def test_settled_returns_at_once_when_there_is_nothing_to_do() -> None:
    """Waiting for nothing does not wait."""
    async with Rig() as rig:
        await rig.worker.settled()
        assert rig.dialogue.writes == 0


async def test_a_refused_route_does_not_keep_it_from_settling() -> None:
    """Failures are shown by diff; waiting for them could take for ever."""
    async with Rig() as rig:
        rig.kernel.up.clear()
        rig.dialogue.reconcilers[32].want(KEYS[:1], SEND)
        await rig.worker.settled()
        assert rig.kernel.ours() == {}


async def test_a_refused_route_is_tried_again_at_its_time() -> None:
    """Half a second later, not before; nothing need happen in between."""
    async with Rig() as rig:
        rig.kernel.up.clear()
        rig.dialogue.reconcilers[32].want(KEYS[:1], SEND)
        await rig.worker.settled()
        rig.kernel.up.add(2)
        await rig.pass_time(0.49)
        assert rig.kernel.ours() == {}
        await rig.pass_time(0.01)
        assert len(rig.kernel.ours()) == 1


async def test_all_routes_are_compared_every_interval() -> None:
    """A change of which nobody told is found after 30 seconds."""
    async with Rig() as rig:
        rig.dialogue.reconcilers[32].want(KEYS[:1], DROP)
        await rig.worker.settled()
        rig.kernel.table.clear()
        await rig.pass_time(29.9)
        assert (rig.kernel.dumps, rig.kernel.ours()) == (0, {})
        await rig.pass_time(0.1)
        assert rig.kernel.dumps == 2
        assert rig.kernel.ours() == {(32, KEYS[0]): [Form(6, (), 0)]}


async def test_a_swarm_of_doubts_is_one_check() -> None:
    """The check waits 50 ms for more of the same."""
    async with Rig() as rig:
        for up in (False, True, False, True):
            rig.kernel.set_link(2, up=up)
            rig.worker.listen()
            await rig.pass_time(0.01)
        assert rig.kernel.dumps == 0
        await rig.pass_time(0.05)
        assert rig.kernel.dumps == 2


async def test_checks_rest_in_between() -> None:
    """After a check of one second the next waits four, whatever happens."""
    async with Rig() as rig:

        def take_a_second() -> None:
            rig.clock.now += 1

        rig.kernel.add((32, KEYS[0]), 4, Form(6, (), 0))
        rig.kernel.notices()
        rig.kernel.between_pages = take_a_second
        await rig.worker.check()
        rig.kernel.overflow()
        rig.kernel.lost = True
        rig.worker.listen()
        await rig.pass_time(0)
        await rig.pass_time(3.9)
        assert rig.kernel.dumps == 2
        await rig.pass_time(0.2)
        assert rig.kernel.dumps == 4


async def test_a_check_asked_for_does_not_wait() -> None:
    """A person who asks is answered."""
    async with Rig() as rig:
        rig.worker.check_soon()
        await rig.worker.settled()
        assert rig.kernel.dumps == 2


async def test_a_dump_that_fails_is_tried_again() -> None:
    """Reading the table may fail once; routes are written nevertheless, and the check comes a second later."""
    async with Rig() as rig:
        rig.kernel.dump_fails = True
        await rig.pass_time(30)
        failed = rig.kernel.dumps
        rig.dialogue.reconcilers[32].want(KEYS[:1], DROP)
        await rig.pass_time(0)
        assert len(rig.kernel.ours()) == 1
        rig.kernel.dump_fails = False
        await rig.pass_time(0.9)
        assert rig.kernel.dumps == failed
        await rig.pass_time(0.2)
        assert rig.kernel.dumps == failed + 2


async def test_a_deaf_socket_ends_the_work_with_its_reason() -> None:
    """Whoever waits hears why, instead of waiting for ever."""
    async with Rig() as rig:
        rig.dialogue.reconcilers[32].want(KEYS, DROP)
        rig.kernel.deaf = True
        rig.worker.listen()
        with pytest.raises(FibError, match="netlink: gone"):
            await rig.worker.settled()


async def test_a_fault_of_ours_ends_the_work_aloud() -> None:
    """Neither silence nor "closed": the table is not kept any more, and why."""
    async with Rig() as rig:
        rig.kernel.faulty = True
        rig.dialogue.reconcilers[32].want(KEYS, DROP)
        with pytest.raises(FibError, match=r"has ended by a fault: KeyError\('a fault of ours'\)$"):
            await rig.worker.settled()
        assert [type(event) for event in rig.events] == [FibLost]


async def test_whoever_waits_when_it_is_closed_is_told() -> None:
    """No waiter is left behind."""
    async with Rig() as rig:
        rig.kernel.up.clear()
        waiter = asyncio.create_task(rig.worker.settled())
        rig.dialogue.hearing.check_wanted = True
        await asyncio.sleep(0)
    with pytest.raises(FibError, match="closed"):
        await waiter


async def test_what_other_hands_do_is_told_once() -> None:
    """A route that is deleted, one that is overwritten, and the conflict that follows from it."""
    async with Rig() as rig:
        rig.dialogue.reconcilers[32].want(KEYS[:3], SEND)
        await rig.pass_time(1)
        assert rig.events == []
        rig.kernel.delete((32, KEYS[0]), OURS)
        rig.worker.listen()
        await rig.pass_time(1)
        (drift,) = rig.events
        assert isinstance(drift, RouteDrifted)
        assert (drift.drift, drift.count, [each.key for each in drift.prefixes]) == (Drift.REMOVED, 1, KEYS[:1])
        form = rig.kernel.ours()[32, KEYS[1]][0]
        rig.kernel.change((32, KEYS[1]), 4, form)
        rig.worker.listen()
        await rig.pass_time(10)
        told = [each for each in rig.events if isinstance(each, RouteConflict)]
        assert [(each.protocol, each.count) for each in told] == [(4, 1)]


async def test_a_comparison_tells_its_reason_and_the_end_is_told() -> None:
    """Lost notices before a doubt; a route that was taken meanwhile is drift, too."""
    async with Rig() as rig:
        rig.dialogue.reconcilers[32].want(KEYS[:3], SEND)
        await rig.pass_time(1)
        rig.kernel.delete((32, KEYS[0]), OURS)
        rig.kernel.overflow()
        rig.worker.listen()
        await rig.pass_time(0)
        await rig.pass_time(1)
        assert Resynced(reason=ResyncReason.NOTICES_LOST, differing=1) in rig.events
        assert [each.drift for each in rig.events if isinstance(each, RouteDrifted)] == [Drift.REMOVED]
        rig.kernel.deaf = True
        rig.worker.listen()
        assert rig.events[-1] == FibLost(errno=9, reason="netlink: gone")
