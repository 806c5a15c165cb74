"""Asking all nodes: in one go, for a bounded time, and nothing stays behind, whatever happens. Virtual time."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from bgpkit_node.node_status import PREFIX, ask_nodes
from bgpkit_node.node_status.question import ANSWER, KEPT, question_to
from bgpkit_node.resources import CalicoNodeStatus, Metadata, ResourceStore
from tests.support.memory_datastore import MemoryDatastore
from tests.support.virtual_time import run


async def _answer(store: ResourceStore, answers: dict[str, str]) -> None:
    """Play the agents: write what each has to say."""
    async for batch in store.watch(CalicoNodeStatus):
        for change in batch.changes:
            found = change.new
            if isinstance(found, CalicoNodeStatus) and ANSWER not in found.metadata.annotations:
                answer = answers.get(found.spec.node)
                if answer is not None:
                    annotations = {**found.metadata.annotations, ANSWER: answer}
                    metadata = msgspec.structs.replace(found.metadata, annotations=annotations)
                    await store.replace(msgspec.structs.replace(found, metadata=metadata))


def _with_agents(answers: dict[str, str], scenario: Callable[[ResourceStore], Awaitable[None]]) -> None:
    async def main() -> None:
        """Run both."""
        store = ResourceStore(MemoryDatastore())
        task = asyncio.create_task(_answer(store, answers))
        try:
            await scenario(store)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    run(main())


def test_all_that_answer_are_heard_and_the_others_named() -> None:
    """In the order of the question; an agent's own error is its reason; no question is left."""

    async def scenario(store: ResourceStore) -> None:
        """Ask five."""
        names = ["c", "silent", "a", "wrong", "b"]
        told = await ask_nodes(store, names, {"request": "x"}, seconds=5)
        assert told.answers == {"c": {"n": 3}, "a": {"n": 1}, "b": {"n": 2}}
        assert list(told.answers) == ["c", "a", "b"]
        assert told.silent == {
            "silent": "no answer within 5 s: see whether its agent runs and reaches the datastore",
            "wrong": "cannot be",
        }
        assert set(told.arrived) == {"a", "b", "c", "wrong"}
        assert await store.list(CalicoNodeStatus) == ()

    _with_agents({"a": '{"n":1}', "b": '{"n":2}', "c": '{"n":3}', "wrong": '{"error":"cannot be"}'}, scenario)


def test_nobody_is_waited_for_longer_than_is_said_and_not_at_all_when_all_have_answered() -> None:
    """On the clock."""

    async def scenario(store: ResourceStore) -> None:
        """Ask twice."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        await ask_nodes(store, ["a", "silent"], {}, seconds=3)
        assert loop.time() - start == pytest.approx(3, abs=0.1)
        start = loop.time()
        await ask_nodes(store, ["a"], {}, seconds=3)
        assert loop.time() - start < 0.1
        assert (await ask_nodes(store, [], {}, seconds=3)).silent == {}

    _with_agents({"a": "{}"}, scenario)


def test_two_hundred_nodes_are_asked_in_transactions_that_etcd_takes() -> None:
    """At most 128 changes each."""
    answers = {f"n{number}": "{}" for number in range(200)}

    async def scenario(store: ResourceStore) -> None:
        """Ask them all."""
        told = await ask_nodes(store, list(answers), {}, seconds=5)
        assert list(told.answers) == list(answers)
        assert isinstance(store.datastore, MemoryDatastore)
        events = store.datastore.watch("/", 0)
        sizes = [len(await anext(events)) for _ in range(3)]
        assert max(sizes) == 100

    _with_agents(answers, scenario)


def test_ctrl_c_leaves_nothing_behind() -> None:
    """Whoever is interrupted while waiting takes the questions back."""

    async def scenario(store: ResourceStore) -> None:
        """Interrupt."""
        task = asyncio.create_task(ask_nodes(store, ["silent", "dead"], {}, seconds=60))
        await asyncio.sleep(1)
        assert len(await store.list(CalicoNodeStatus)) == 2
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert await store.list(CalicoNodeStatus) == ()

    _with_agents({}, scenario)


def test_what_a_killed_program_has_left_goes_with_the_next_question() -> None:
    """Not what is young, nor what is an operator's."""

    async def scenario(store: ResourceStore) -> None:
        """Leave three behind."""
        now = datetime.now(UTC)
        await store.create(question_to("a", f"{PREFIX}old", {}, now - 2 * KEPT - timedelta(seconds=5)))
        await store.create(question_to("a", f"{PREFIX}young", {}, now))
        await store.create(
            msgspec.structs.replace(question_to("a", "x", {}, now - 9 * KEPT), metadata=Metadata(name="mine"))
        )
        await ask_nodes(store, ["silent"], {}, seconds=1)
        assert [each.name for each in await store.list(CalicoNodeStatus)] == [f"{PREFIX}young", "mine"]

    _with_agents({}, scenario)
