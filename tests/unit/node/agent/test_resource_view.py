"""ResourceView: the present state, folded from batches."""

from bgpkit_node.agent.resource_view import ResourceView
from bgpkit_node.resources import (
    FelixConfiguration,
    FelixConfigurationSpec,
    FelixSettings,
    Metadata,
    Resource,
    ResourceBatch,
    ResourceChange,
)
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


def test_followers_are_told_after_each_batch() -> None:
    """When they look, the view shows the batch already."""
    view = ResourceView()
    seen: list[int] = []
    view.on_change(lambda: seen.append(len(view.cluster.nodes)))
    view.take(_batch((None, node("a"))))
    view.take(_batch((node("a"), None)), anew=True)
    assert seen == [1, 0]


def test_the_settings_of_a_node_are_those_of_the_felix_configurations() -> None:
    """The particular one goes before the default; without any the usual ones hold."""
    view = ResourceView()
    assert view.settings(node("a")) == FelixSettings()
    for name, mtu in (("default", 1440), ("node.a", 1400)):
        spec = FelixConfigurationSpec(ipip_mtu=mtu)
        view.take(_batch((None, FelixConfiguration(metadata=Metadata(name=name), spec=spec))))
    assert (view.settings(node("a")).ipip_mtu, view.settings(node("b")).ipip_mtu) == (1400, 1440)
