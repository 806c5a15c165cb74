"""What probes are told of the controllers, and what the log is told once."""

from structlog.testing import capture_logs

from bgpkit_node.controllers.tally import Tally
from bgpkit_node.errors import DatastoreError, KubernetesError, ResourceError


def test_probes_are_told_what_is_missing_until_all_has_been_copied_once() -> None:
    """Afterwards a change that waits for a moment is no reason, and an outage is."""
    tally = Tally(unknown={"Pod", "Node"})
    tally.waits(0)
    assert tally.why_not_ready == "the datastore has not been read yet"
    tally.waits_for = ""
    tally.waits(3)
    assert tally.why_not_ready == "not listed yet: Node, Pod"
    tally.unknown.clear()
    tally.waits(3)
    assert tally.why_not_ready == "objects that have not been copied yet: 3"
    tally.waits(0)
    assert tally.why_not_ready == ""
    tally.waits(1)
    assert tally.why_not_ready == ""
    tally.datastore.began("writer", DatastoreError("etcd is away"))
    assert tally.why_not_ready == "etcd is away"
    tally.kubernetes.began("Pod", KubernetesError("no answer"))
    assert tally.why_not_ready == "no answer"


def test_an_object_that_cannot_be_copied_is_told_once_for_each_reason_and_when_it_can() -> None:
    """Not at each attempt."""
    tally = Tally()
    with capture_logs() as told:
        for reason in ("one", "one", "two"):
            tally.refuses("Service", "shop/web", ResourceError(reason))
        for _ in range(2):
            tally.settled("Service", "shop/web", written=True)
    assert [(each["event"], each.get("reason")) for each in told] == [
        ("controllers.not_copied", "one"),
        ("controllers.not_copied", "two"),
        ("controllers.copied_again", None),
    ]
    assert (tally.refused, tally.writes["Service"]) == ({}, 2)
