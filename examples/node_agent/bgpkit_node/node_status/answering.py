"""The agent's side: every CalicoNodeStatus that names its node is answered, as often as it wishes."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final, TypeAlias

import msgspec
import structlog

from bgpkit import BgpError
from bgpkit_node.errors import ConflictError, DatastoreError, NodeError, NotFoundError
from bgpkit_node.node_status.question import ANSWER, CUT, KEPT, PREFIX, asked_in, written_answer
from bgpkit_node.node_status.report import report
from bgpkit_node.resources import CalicoNodeStatus, CalicoNodeStatusSpec, ResourceStore
from bgpkit_node.running import RunningNode

Answer: TypeAlias = Callable[[Mapping[str, object]], Awaitable[dict[str, object]]]
"""What answers a question, the same as the agent's socket has."""

_USUAL_PERIOD: Final = 10
"""Seconds between two reports where the resource does not say."""
_ATTEMPTS: Final = 5


class StatusAnswers:
    """Keeps the status of those CalicoNodeStatus resources up to date that ask for one node's."""

    def __init__(
        self,
        running: RunningNode,
        store: ResourceStore,
        answers: Mapping[str, Answer],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Report on ``running``; ``answers`` to questions in annotations are found by the question's ``request``."""
        self._running = running
        self._store = store
        self._answers = answers
        self._clock = clock
        self._tasks: dict[str, tuple[_Wish, asyncio.Task[None]]] = {}
        self._log = structlog.get_logger("bgpkit_node.status").bind(node=running.name)

    async def changes(self) -> AsyncGenerator[None, None]:
        """Answer what is asked now and whenever something is, and yield each time.

        Ends when the datastore is closed; raises DatastoreError, and reports go on as well as they can.
        """
        batches = self._store.watch(CalicoNodeStatus)
        first = True
        try:
            async for batch in batches:
                if first:
                    self._keep_only({change.resource.name for change in batch.changes})
                for change in batch.changes:
                    self._take(change.resource.name, change.new)
                first = False
                yield
        finally:
            await batches.aclose()

    async def close(self) -> None:
        """Answer nothing any more."""
        tasks = [task for _, task in self._tasks.values()]
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _keep_only(self, names: set[str]) -> None:
        for name in self._tasks.keys() - names:
            self._take(name, None)

    def _take(self, name: str, resource: object) -> None:
        """Begin to answer one resource, or end, as it is now."""
        wish = None
        if isinstance(resource, CalicoNodeStatus) and resource.spec.node == self._running.name:
            wish = (resource.spec, asked_in(resource))
        present = self._tasks.get(name)
        if present is not None and present[0] == wish:
            return
        if present is not None:
            present[1].cancel()
            del self._tasks[name]
        if wish is not None and isinstance(resource, CalicoNodeStatus):
            once_more = present is not None or not _is_answered(resource)
            self._tasks[name] = (wish, asyncio.create_task(self._keep(name, wish[0], now=once_more)))

    async def _keep(self, name: str, spec: CalicoNodeStatusSpec, *, now: bool) -> None:
        """Report ``now``, unless a report that is wanted once is there already, and then every period."""
        period = _USUAL_PERIOD if spec.update_period_seconds is None else spec.update_period_seconds
        if now or period:
            await self._answer(name)
        while period:
            await asyncio.sleep(period)
            await self._answer(name)
        if name.startswith(PREFIX):
            await asyncio.sleep(KEPT.total_seconds())
            with suppress(DatastoreError):
                await self._store.delete(CalicoNodeStatus, name)

    async def _answer(self, name: str) -> None:
        """Write one report; what is in the way of it is logged, and the next one is tried all the same."""
        try:
            for attempt in range(_ATTEMPTS):
                resource = await self._store.get(CalicoNodeStatus, name)
                if resource is None:
                    return
                try:
                    await self._store.replace(await self._answered(resource))
                except ConflictError:
                    await asyncio.sleep(attempt * 0.01)
                else:
                    return
        except NotFoundError:
            return
        except (NodeError, BgpError) as error:
            self._log.warning("status.not_reported", resource=name, reason=str(error))

    async def _answered(self, resource: CalicoNodeStatus) -> CalicoNodeStatus:
        status, cut = await report(self._running, resource.spec.classes, self._clock())
        annotations = {key: value for key, value in resource.metadata.annotations.items() if key != CUT}
        if cut:
            annotations[CUT] = cut
        question = asked_in(resource)
        if question is not None:
            annotations[ANSWER] = written_answer(await self._answer_to(question))
        metadata = msgspec.structs.replace(resource.metadata, annotations=annotations)
        return msgspec.structs.replace(resource, metadata=metadata, status=status)

    async def _answer_to(self, question: Mapping[str, object]) -> dict[str, object]:
        answer = self._answers.get(str(question.get("request", "")))
        if answer is None:
            return {"error": f"the agent of {self._running.name} does not know this question: it is of another version"}
        try:
            return await answer(question)
        except (NodeError, BgpError) as error:
            return {"error": str(error)}


_Wish: TypeAlias = tuple[CalicoNodeStatusSpec, dict[str, object] | None]


def _is_answered(resource: CalicoNodeStatus) -> bool:
    return resource.status is not None and resource.status.last_updated is not None
