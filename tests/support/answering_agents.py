"""Agents that answer questions through the datastore with what a test gives them, while a command asks."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeAlias

from bgpkit_node.datastore import SqliteDatastore
from bgpkit_node.node_status.answering import Answer, StatusAnswers
from bgpkit_node.resources import ResourceStore
from bgpkit_node.running import RunningNode
from tests.support.commands import Answer as Said
from tests.support.commands import asked

Reply: TypeAlias = Mapping[str, object] | Callable[[Mapping[str, object]], dict[str, object]]
"""An answer, or what makes one of a question."""


@asynccontextmanager
async def agents_answering(datastore: Path, answers: Mapping[str, Mapping[str, Reply]]) -> AsyncGenerator[None]:
    """Answer for each node: what stands under a question's ``request``, or what a function there makes of it."""
    async with await SqliteDatastore.open(datastore) as opened:
        agents = [
            StatusAnswers(RunningNode(name=node), ResourceStore(opened), _callable(told))
            for node, told in answers.items()
        ]
        tasks = [asyncio.create_task(_follow(agent)) for agent in agents]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for agent in agents:
                await agent.close()


async def asked_with_agents(datastore: Path, answers: Mapping[str, Mapping[str, Reply]], *words: str) -> Said:
    """Run a command while these agents answer; none is on this machine."""
    async with agents_answering(datastore, answers):
        nowhere = datastore.parent / "nobody"
        return await asyncio.to_thread(
            asked, *words, datastore=datastore, environment={"BGPKIT_NODE_RUN_DIR": str(nowhere)}
        )


async def _follow(agent: StatusAnswers) -> None:
    async for _ in agent.changes():
        pass


def _callable(told: Mapping[str, Reply]) -> dict[str, Answer]:
    def answering(reply: Reply) -> Answer:
        """Return what gives ``reply``."""

        async def give(question: Mapping[str, object]) -> dict[str, object]:
            """Give it."""
            return reply(question) if callable(reply) else dict(reply)

        return give

    return {request: answering(reply) for request, reply in told.items()}
