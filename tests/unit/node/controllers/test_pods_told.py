"""The mark by which agents know that controllers run."""

from bgpkit_node.cni.pod_facts import COPYING
from bgpkit_node.controllers.pods_told import pods_told
from tests.support.memory_datastore import MemoryDatastore


async def test_the_mark_is_there_as_long_as_controllers_run() -> None:
    """One that a process left that was killed is taken over."""
    datastore = MemoryDatastore()
    await datastore.create(COPYING, b"{}")
    async with pods_told(datastore):
        assert COPYING in datastore.entries
    assert COPYING not in datastore.entries


async def test_the_mark_of_those_that_have_taken_over_stays() -> None:
    """Whoever has lost the right to copy takes nothing away."""
    datastore = MemoryDatastore()
    async with pods_told(datastore):
        other = pods_told(datastore)
        await other.__aenter__()
    assert COPYING in datastore.entries


async def test_a_datastore_that_does_not_answer_at_the_end_hides_no_error() -> None:
    """The mark stays; agents wait a moment for pods that nobody tells of."""
    datastore = MemoryDatastore()
    async with pods_told(datastore):
        await datastore.close()
    assert COPYING in datastore.entries
