"""The policies of the datastore in force on a node, for as long as its agent lives; no pod starts before its own are.

Before the first program of an agent's life, and whenever datastore or kernel refuse, what was in force stays.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Final, Protocol, TypeVar

import structlog
from structlog.typing import FilteringBoundLogger

from bgpkit_node.agent.policy_enforcement import Outcome, PolicyEnforcement
from bgpkit_node.beside import beside
from bgpkit_node.errors import NodeError
from bgpkit_node.kernel import Address, LinkNotices
from bgpkit_node.nft import EnforcementSettings
from bgpkit_node.policy.deciding_kinds import DECIDING_KINDS
from bgpkit_node.resources import FelixConfiguration, ResourceBatch, ResourceStore, WorkloadEndpoint
from bgpkit_node.running import RunningNode
from bgpkit_node.running.through_outages import through_outages

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0
LOOK_SECONDS: Final = 60.0
"""How often the kernel's rules are compared with what they should be, while nothing changes."""
_Told = tuple[bool, ResourceBatch]
_Result = TypeVar("_Result")
_log: FilteringBoundLogger = structlog.get_logger("bgpkit_node.policies")


class Enforcing(Protocol):
    """Brings what a watch tells into the kernel; blocks."""

    def take(self, batches: Sequence[_Told], *, moved: bool = False) -> Outcome:
        """Take batches in, each with whether the watch began anew with it; ``moved`` when addresses may have."""
        ...

    def cut(self) -> int:
        """End the connections that are denied now."""
        ...

    def close(self) -> None:
        """Let go of the kernel."""
        ...


class PolicyKeeper:
    """Follows all that policies depend on, and lets pods start when their rules are in force."""

    def __init__(
        self, running: RunningNode, store: ResourceStore, begin: Callable[[], Enforcing], *, cut: bool = True
    ) -> None:
        """Keep the node that is ``running``; ``begin`` makes what enforces, knowing nothing yet.

        With ``cut``, connections end that a policy no longer allows; else only new ones are denied.
        """
        self._running = running
        self._tally = running.policies
        self._store = store
        self._begin = begin
        self._cut = cut
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="policies")
        self._told: list[_Told] = []
        self._bell = asyncio.Event()
        self._news = asyncio.Event()
        self._pending: dict[str, int] = {}
        self._in_force: dict[str, int] = {}
        self._refused: Mapping[str, int] = {}
        self._faults: Mapping[str, str] = {}
        self._sought: frozenset[Address] = frozenset()
        """The addresses by which interfaces are found."""
        self._links: frozenset[int] = frozenset()
        """The interfaces that have them, by their indexes."""
        self._moved = False

    async def committed(self, endpoint: WorkloadEndpoint) -> None:
        """Return when the rules of a pod with this stored endpoint are in force; NodeError when they are refused.

        All policies that were stored before the endpoint are among them.
        """
        began = time.perf_counter()
        name, revision = endpoint.qualified_name, endpoint.revision
        while self._in_force.get(name, 0) < revision:
            news = self._news
            if self._refused.get(name, 0) >= revision:
                why = self._tally.why_not or self._faults.get(name, "")
                raise NodeError(f"the rules of {endpoint} are not in force: {why}")
            await news.wait()
        self._tally.waits.add(time.perf_counter() - began)

    async def run(self) -> None:
        """Keep the policies until the datastore is closed, or this is cancelled; a fault of ours begins it anew."""
        while True:
            enforcing = await self._in_thread(self._begin)
            try:
                return await self._keep(enforcing)
            except Exception:
                _log.exception("policies.failed")
                self._note(Outcome(why_not="a fault of the agent, which its log tells of"), {})
            finally:
                await self._in_thread(enforcing.close)
            await asyncio.sleep(FIRST_PAUSE)

    async def end(self) -> None:
        """Wait for what the thread is about; the rules stay in force."""
        await asyncio.to_thread(self._thread.shutdown)

    async def _keep(self, enforcing: Enforcing) -> None:
        self._told.clear()
        self._pending.clear()
        with LinkNotices() as notices:
            keeping = asyncio.create_task(self._enforce(enforcing, notices))
            following = asyncio.create_task(self._follow())
            try:
                done, _ = await asyncio.wait({keeping, following}, return_when=asyncio.FIRST_COMPLETED)
                for each in done:
                    each.result()
            finally:
                for each in (keeping, following):
                    each.cancel()
                await asyncio.gather(keeping, following, return_exceptions=True)

    async def _follow(self) -> None:
        begin = partial(self._store.watch, *DECIDING_KINDS, FelixConfiguration)
        async for told in through_outages("policies", begin, self._running.outages):
            self._told.append(told)
            self._bell.set()

    async def _enforce(self, enforcing: Enforcing, notices: LinkNotices) -> None:
        """Bring all that has been told meanwhile into force at once, again and again."""
        pause, failing = None, FIRST_PAUSE  # nothing is known yet: what is in force must not give way to nothing
        while True:
            await self._rung(pause, notices)
            told, self._told = self._told, []
            moved, self._moved = self._moved, False
            if any(anew for anew, _ in told):
                self._in_force, self._pending = {}, {}
            self._pending |= _revisions(told, self._running.name)
            pending, self._pending = self._pending, {}
            was_in_force = not self._tally.why_not
            outcome = await self._in_thread(partial(enforcing.take, told, moved=moved))
            self._note(outcome, pending)
            if outcome.changed and was_in_force and not (told or moved):
                _log.warning("policies.repaired", reason="another hand has changed the rules in the kernel")
            if outcome.why_not:
                pause, failing = failing, min(failing * 2, LONGEST_PAUSE)
            else:
                pause, failing = LOOK_SECONDS, FIRST_PAUSE
            if outcome.tightened and self._cut:
                await self._cut_denied(enforcing)

    async def _rung(self, pause: float | None, notices: LinkNotices) -> None:
        """Wait for news, of addresses that are sought too, or for the end of a pause if there is one.

        Meanwhile notices are not read, so that none is missed of an address that has come to be sought.
        """
        loop = asyncio.get_running_loop()
        loop.add_reader(notices.fileno(), self._hear, notices)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._bell.wait()
        finally:
            loop.remove_reader(notices.fileno())
        self._bell.clear()

    def _hear(self, notices: LinkNotices) -> None:
        if notices.concern((), self._links, self._sought):
            self._moved = True
            self._bell.set()

    async def _cut_denied(self, enforcing: Enforcing) -> None:
        try:
            cut = await self._in_thread(enforcing.cut)
        except NodeError as error:
            _log.warning("policies.connections_not_cut", reason=str(error))
            return
        if cut:
            self._tally.cut += cut
            _log.info("policies.connections_cut", count=cut)

    def _note(self, outcome: Outcome, pending: dict[str, int]) -> None:
        """Tell the waiting pods, the log and the metrics what has become of a change."""
        tally, before = self._tally, self._tally.why_not
        tally.why_not, tally.unreadable = outcome.why_not, outcome.unreadable
        if outcome.why_not:
            tally.failures += 1
            self._in_force |= {name: pending[name] for name in pending.keys() & outcome.open}
            self._refused = {name: each for name, each in pending.items() if name not in outcome.open}
            self._pending = {**pending, **self._pending}
            if outcome.why_not != before:
                doing = "what was in force before still is; pods that a policy is for do not start; trying again"
                _log.warning("policies.not_in_force", reason=outcome.why_not, doing=doing)
        else:
            self._in_force |= {name: each for name, each in pending.items() if name not in outcome.faults}
            self._refused = {name: each for name, each in pending.items() if name in outcome.faults}
            self._note_faults(outcome.faults)
            self._sought, self._links = outcome.sought, outcome.links
            if outcome.changed:
                tally.commits += 1
                tally.commit_times.add(outcome.seconds)
            if before:
                _log.info("policies.in_force", changed=outcome.changed, seconds=round(outcome.seconds, 4))
        self._news.set()
        self._news = asyncio.Event()

    def _note_faults(self, faults: Mapping[str, str]) -> None:
        for key, reason in sorted(faults.items()):
            if self._faults.get(key) != reason:
                doing = "nothing passes that its policies decide over; all other endpoints are as they should be"
                _log.warning("policies.endpoint_not_enforced", endpoint=key, reason=reason, doing=doing)
        for key in sorted(self._faults.keys() - faults.keys()):
            _log.info("policies.endpoint_enforced", endpoint=key)
        self._faults = dict(faults)

    async def _in_thread(self, work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


@asynccontextmanager
async def policy_keeping(
    running: RunningNode, store: ResourceStore, settings: EnforcementSettings, *, cut: bool
) -> AsyncGenerator[PolicyKeeper, None]:
    """Keep the policies of a node in force while the context lasts, and leave them so."""
    begin = partial(PolicyEnforcement, running.name, settings)
    keeper = PolicyKeeper(running, store, begin, cut=cut)
    try:
        async with beside(keeper.run()):
            yield keeper
    finally:
        await keeper.end()


def _revisions(told: Sequence[_Told], node: str) -> dict[str, int]:
    """Return the revisions of the endpoints of a node that have come or changed; 0 of those that are gone."""
    changes = [change for _, batch in told for change in batch.changes]
    return {
        change.resource.qualified_name: change.new.revision if change.new is not None else 0
        for change in changes
        if isinstance(change.resource, WorkloadEndpoint) and change.resource.spec.node == node
    }
