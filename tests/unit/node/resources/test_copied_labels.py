"""Labels copied beside labels set by hand."""

import json
from collections.abc import Mapping

from bgpkit_node.resources import Metadata
from bgpkit_node.resources.copied_labels import KUBE_LABELS, remembered, with_copied


def after(labels: Mapping[str, str], *told: Mapping[str, str]) -> Metadata:
    """Return metadata with ``labels`` set by hand, after Kubernetes had one set of labels after another."""
    metadata = Metadata(name="n", labels=dict(labels))
    for each in told:
        metadata = with_copied(metadata, each)
    return metadata


def test_what_was_copied_goes_with_its_origin_and_what_was_set_by_hand_stays() -> None:
    """The annotation is Calico's: a JSON object of the labels copied."""
    metadata = after({"rack": "7"}, {"zone": "a", "tier": "x"}, {"zone": "b"})
    assert metadata.labels == {"rack": "7", "zone": "b"}
    assert json.loads(metadata.annotations[KUBE_LABELS]) == {"zone": "b"}
    assert after({"rack": "7"}, {"zone": "a"}, {}).labels == {"rack": "7"}


def test_kubernetes_decides_about_the_labels_that_it_has() -> None:
    """It overrides what was set by hand; a value that was set by hand since stays when Kubernetes' is gone."""
    assert after({"zone": "mine"}, {"zone": "a"}).labels == {"zone": "a"}
    changed = Metadata(name="n", labels={"zone": "mine"}, annotations={KUBE_LABELS: '{"zone":"a"}'})
    assert with_copied(changed, {}).labels == {"zone": "mine"}


def test_nothing_is_written_where_nothing_was_copied() -> None:
    """No annotation comes; and the same labels again change nothing."""
    bare = Metadata(name="n", labels={"rack": "7"})
    assert with_copied(bare, {}) == bare
    once = with_copied(bare, {"b": "1", "a": "2"})
    assert with_copied(once, {"a": "2", "b": "1"}) == once


def test_an_annotation_that_cannot_be_read_remembers_nothing() -> None:
    """Then no label is taken away."""
    broken = Metadata(name="n", labels={"zone": "a"}, annotations={KUBE_LABELS: "[1]"})
    assert remembered(broken) == {}
    assert with_copied(broken, {"tier": "x"}).labels == {"zone": "a", "tier": "x"}
