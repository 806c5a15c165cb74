"""ResourceView: the present state, folded from batches."""

from bgpkit_node.agent.resource_view import ResourceView
from bgpkit_node.resources import Resource, ResourceBatch, ResourceChange
from tests.support.clusters import cluster, configuration, node


def _batch(*changes: tuple[Resource | None, Resource | None]) -> ResourceBatch:
    return ResourceBatch(1, tuple(ResourceChange(old, new) for old, new in changes))


def test_the_view_is_what_the_batches_make() -> None:
    """New ones come, changed ones are replaced, gone ones go; a kind's names are its own."""
    view = ResourceView()
    assert view.cluster == cluster()
    one, two, settings = node("default"), node("b"), configuration()
    view.take(_batch((None, one), (None, two), (None, settings)))
    assert view.cluster == cluster(one, two, settings)
    changed = node("b", "10.4.7.12/24")
    view.take(_batch((one, None), (two, changed)))
    assert view.cluster == cluster(changed, settings)


def test_a_batch_is_taken_in_whole() -> None:
    """A cluster that was asked for before stays as it was."""
    view = ResourceView()
    view.take(_batch((None, node("a"))))
    before = view.cluster
    view.take(_batch((node("a"), None)))
    assert (before, view.cluster) == (cluster(node("a")), cluster())


def test_what_is_told_anew_is_all_there_is() -> None:
    """After an outage: what went meanwhile is not told of, and is not there any more."""
    view = ResourceView()
    view.take(_batch((None, node("a")), (None, node("b", "10.4.7.12/24"))), anew=True)
    view.take(_batch((None, node("a"))), anew=True)
    assert view.cluster == cluster(node("a"))
