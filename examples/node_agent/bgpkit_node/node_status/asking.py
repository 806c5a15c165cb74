"""The command's side: all nodes are asked at once, and wait for no longer than is bearable."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from bgpkit_node.errors import DatastoreError
from bgpkit_node.node_status.question import PREFIX, answer_in, is_left_over, question_to
from bgpkit_node.resources import CalicoNodeStatus, ResourceBatch, ResourceStore
from bgpkit_node.resources.draft import WriteMode

_AT_ONCE: Final = 100
"""Questions in one transaction: etcd takes 128 changes."""


@dataclass(slots=True)
class Told:
    """What nodes have answered, by their names, in the order in which they were asked."""

    answers: dict[str, dict[str, object]] = field(default_factory=dict[str, dict[str, object]])
    silent: dict[str, str] = field(default_factory=dict[str, str])
    """Nodes that gave no answer, and why not, as a sentence."""
    asked: datetime = field(default_factory=lambda: datetime.now(UTC))
    arrived: dict[str, datetime] = field(default_factory=dict[str, datetime])
    """When each answer was there."""


async def ask_nodes(
    store: ResourceStore, nodes: Sequence[str], question: Mapping[str, object], *, seconds: float
) -> Told:
    """Ask the agents of ``nodes`` one and the same question and wait for their answers for at most ``seconds``.

    Each question is a CalicoNodeStatus, which is removed again whatever happens; those that a killed program has left
    are removed, too. DatastoreError when it cannot be written.
    """
    stem = f"{PREFIX}{secrets.token_hex(4)}"
    names = {f"{stem}-{number}": node for number, node in enumerate(nodes)}
    told = Told()
    batches = store.watch(CalicoNodeStatus)
    try:
        await _remove_left_overs(store, await anext(batches))
        told.asked = datetime.now(UTC)
        asked = [question_to(node, name, question, told.asked) for name, node in names.items()]
        for start in range(0, len(asked), _AT_ONCE):
            await store.write(asked[start : start + _AT_ONCE], WriteMode.CREATE)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await _collect(batches, names, told)
    finally:
        await batches.aclose()
        await asyncio.gather(*(_remove(store, name) for name in names))
    _sort_out(told, nodes, seconds)
    return told


async def _collect(batches: AsyncGenerator[ResourceBatch, None], names: Mapping[str, str], told: Told) -> None:
    """Take in what is answered, until everybody has."""
    while len(told.answers) < len(names):
        batch = await anext(batches)
        for change in batch.changes:
            node = names.get(change.resource.name)
            answer = answer_in(change.new) if isinstance(change.new, CalicoNodeStatus) else None
            if node is not None and answer is not None:
                told.answers[node] = answer
                told.arrived.setdefault(node, datetime.now(UTC))


def _sort_out(told: Told, nodes: Sequence[str], seconds: float) -> None:
    """Bring the answers into the order of the questions, and name those who gave none."""
    found, told.answers = told.answers, {}
    for node in nodes:
        answer = found.get(node)
        if answer is None:
            told.silent[node] = f"no answer within {seconds:g} s: see whether its agent runs and reaches the datastore"
        elif "error" in answer:
            told.silent[node] = str(answer["error"])
        else:
            told.answers[node] = answer


async def _remove_left_overs(store: ResourceStore, batch: ResourceBatch) -> None:
    now = datetime.now(UTC)
    for change in batch.changes:
        if isinstance(change.new, CalicoNodeStatus) and is_left_over(change.new, now):
            await _remove(store, change.new.name)


async def _remove(store: ResourceStore, name: str) -> None:
    with suppress(DatastoreError):
        await store.delete(CalicoNodeStatus, name)
