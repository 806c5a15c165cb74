"""Answering: once or as often as is wished, beside what others write, and nothing for other nodes. Virtual time."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from bgpkit_node.errors import DatastoreError, NodeError
from bgpkit_node.node_status.answering import StatusAnswers
from bgpkit_node.node_status.question import KEPT, PREFIX, answer_in, question_to
from bgpkit_node.resources import CalicoNodeStatus, CalicoNodeStatusSpec, Metadata, ResourceStore, StatusClass
from bgpkit_node.running import RunningNode
from tests.support.memory_datastore import MemoryDatastore
from tests.support.virtual_time import run

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


def status(name: str = "s", node: str = "a", period: int | None = 10) -> CalicoNodeStatus:
    """Return a request for the agent of a node."""
    spec = CalicoNodeStatusSpec(node=node, classes=(StatusClass.AGENT,), update_period_seconds=period)
    return CalicoNodeStatus(metadata=Metadata(name=name), spec=spec)


@dataclass
class Lab:
    """A store, and the agent of node a that answers."""

    datastore: MemoryDatastore = field(default_factory=MemoryDatastore)
    asked: list[Mapping[str, object]] = field(default_factory=list[Mapping[str, object]])

    @property
    def store(self) -> ResourceStore:
        """Give its resources."""
        return ResourceStore(self.datastore)

    async def get(self, name: str = "s") -> CalicoNodeStatus:
        """Return a request as it is now."""
        found = await self.store.get(CalicoNodeStatus, name)
        assert found is not None
        return found

    async def revision(self, name: str = "s") -> int:
        """Return which transaction has written a request last."""
        return int((await self.get(name)).metadata.resource_version)

    async def greet(self, question: Mapping[str, object]) -> dict[str, object]:
        """Answer a question, or refuse to."""
        self.asked.append(question)
        if question.get("refuse"):
            raise NodeError("not today")
        return {"hello": question["whom"]}

    @asynccontextmanager
    async def agent(self) -> AsyncGenerator[StatusAnswers]:
        """Let the agent answer for a while."""
        loop = asyncio.get_running_loop()
        answers = StatusAnswers(
            RunningNode(name="a"),
            self.store,
            {"greet": self.greet},
            clock=lambda: NOW + timedelta(seconds=loop.time()),
        )

        async def follow() -> None:
            """Follow the store."""
            async for _ in answers.changes():
                pass

        task = asyncio.create_task(follow())
        try:
            yield answers
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await answers.close()


def _in_lab(scenario: Callable[[Lab], Awaitable[None]]) -> None:
    async def main() -> None:
        """Run it."""
        await scenario(Lab())

    run(main())


def test_a_report_is_written_at_once_and_every_period() -> None:
    """Ten seconds where none is named; other nodes' requests are theirs."""

    async def scenario(lab: Lab) -> None:
        """Count the writes."""
        await lab.store.apply([status(), status("unnamed", period=None), status("other", node="b")])
        other = await lab.revision("other")
        async with lab.agent():
            await asyncio.sleep(0.5)
            assert (await lab.get()).status is not None
            for name in ("s", "unnamed"):
                before = await lab.revision(name)
                await asyncio.sleep(9)
                assert await lab.revision(name) == before
                await asyncio.sleep(1)
                assert await lab.revision(name) > before
            assert await lab.revision("other") == other
        assert (await lab.get("other")).status is None

    _in_lab(scenario)


def test_zero_is_once_also_for_the_agent_that_comes_next() -> None:
    """Until the request itself changes."""

    async def scenario(lab: Lab) -> None:
        """Restart the agent, then ask for another class."""
        await lab.store.create(status(period=0))
        async with lab.agent():
            await asyncio.sleep(1)
            first = await lab.revision()
            await asyncio.sleep(1000)
            assert await lab.revision() == first
        async with lab.agent():
            await asyncio.sleep(1000)
            assert await lab.revision() == first
            wished = (StatusClass.AGENT, StatusClass.BGP)
            present = await lab.get()
            assert present.status is not None
            assert present.status.bgp is None
            await lab.store.replace(
                msgspec.structs.replace(present, spec=msgspec.structs.replace(present.spec, classes=wished))
            )
            await asyncio.sleep(1)
            again = await lab.get()
            assert again.status is not None
            assert again.status.bgp is not None

    _in_lab(scenario)


def test_a_request_that_is_deleted_or_given_to_another_node_is_let_go() -> None:
    """And one that has gone while the watch was away, too."""

    async def scenario(lab: Lab) -> None:
        """Delete one, hand one over."""
        await lab.store.apply([status("gone"), status("moved")])
        async with lab.agent():
            await asyncio.sleep(1)
            await lab.store.delete(CalicoNodeStatus, "gone")
            moved = await lab.get("moved")
            await lab.store.replace(msgspec.structs.replace(moved, spec=msgspec.structs.replace(moved.spec, node="b")))
            await asyncio.sleep(1)
            last = await lab.revision("moved")
            await asyncio.sleep(100)
            assert await lab.revision("moved") == last
            assert await lab.store.get(CalicoNodeStatus, "gone") is None

    _in_lab(scenario)


def test_a_question_is_answered_beside_the_report_and_removed_later() -> None:
    """As the agent's socket would; what it does not know, or refuses, is an error in words."""

    async def scenario(lab: Lab) -> None:
        """Ask three questions."""
        questions: list[dict[str, object]] = [
            {"request": "greet", "whom": "b"},
            {"request": "greet", "refuse": True},
            {"request": "frob"},
        ]
        names = [f"{PREFIX}{number}" for number in range(len(questions))]
        async with lab.agent():
            for name, question in zip(names, questions, strict=True):
                await lab.store.create(question_to("a", name, question, NOW))
            await asyncio.sleep(1)
            assert [answer_in(await lab.get(name)) for name in names] == [
                {"hello": "b"},
                {"error": "not today"},
                {"error": "the agent of a does not know this question: it is of another version"},
            ]
            assert lab.asked[0] == questions[0]
            await asyncio.sleep(KEPT.total_seconds())
            assert await lab.store.list(CalicoNodeStatus) == ()

    _in_lab(scenario)


def test_what_others_write_meanwhile_stays() -> None:
    """A label that comes between reading and writing."""

    async def scenario(lab: Lab) -> None:
        """Set a label as the agent is about to write."""
        await lab.store.create(status(period=0))
        calls = 0

        async def meddle() -> None:
            """Set it before the agent's write, which is its third call: list, get, get."""
            nonlocal calls
            calls += 1
            if calls == 4:
                lab.datastore.before_call = None
                await lab.store.label(CalicoNodeStatus, "s", {"mine": "yes"})

        lab.datastore.before_call = meddle
        async with lab.agent():
            await asyncio.sleep(1)
        found = await lab.get()
        assert found.metadata.labels == {"mine": "yes"}
        assert found.status is not None

    _in_lab(scenario)


def test_an_outage_is_survived() -> None:
    """The next report is written when its time comes."""

    async def scenario(lab: Lab) -> None:
        """Let one report fail."""
        await lab.store.create(status())
        async with lab.agent():
            await asyncio.sleep(5)
            first = await lab.revision()

            async def fail() -> None:
                """Be unreachable."""
                raise DatastoreError("etcd does not answer")

            lab.datastore.before_call = fail
            await asyncio.sleep(10)
            lab.datastore.before_call = None
            assert await lab.revision() == first
            await asyncio.sleep(10)
            assert await lab.revision() > first

    _in_lab(scenario)
