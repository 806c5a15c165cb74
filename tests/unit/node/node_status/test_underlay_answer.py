"""A question about the underlay that cannot be meant is refused; a node alone has nobody to measure."""

import pytest

from bgpkit_node.errors import NodeError
from bgpkit_node.node_status.underlay_answer import UnderlayAnswers
from bgpkit_node.resources import ResourceStore
from tests.support.memory_datastore import MemoryDatastore
from tests.unit.node.doctor.scenery import node, resources


async def test_a_node_does_not_measure_itself() -> None:
    """With its own name, and an empty list."""
    datastore = MemoryDatastore()
    await ResourceStore(datastore).apply(resources(node("a", 11)))
    assert await UnderlayAnswers("a", datastore).underlay({"seconds": 0.5}) == {"node": "a", "measured": []}


@pytest.mark.parametrize("seconds", [0, -1, 61, "1", None])
async def test_a_patience_that_cannot_be_is_refused(seconds: object) -> None:
    """Nobody is kept busy for minutes, or for ever."""
    with pytest.raises(NodeError, match="no seconds to wait"):
        await UnderlayAnswers("a", MemoryDatastore()).underlay({"seconds": seconds})
