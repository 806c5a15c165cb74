"""An outage is told once, whoever meets it."""

from structlog.testing import capture_logs

from bgpkit_node.errors import DatastoreError, GoneError, KubernetesError
from bgpkit_node.running import Outages


def test_one_outage_is_told_once_however_many_meet_it_however_often() -> None:
    """It is over when all of them read again; the next one is told anew."""
    outages = Outages()
    with capture_logs() as told:
        outages.over("resources")
        for _ in range(3):
            outages.began("resources", DatastoreError("no answer"))
            outages.began("blocks", DatastoreError("no answer"))
        assert outages.reason == "no answer"
        outages.over("resources")
        assert outages.reason == "no answer"
        outages.over("blocks")
        assert outages.reason == ""
        outages.began("blocks", DatastoreError("locked"))
    assert [entry["event"] for entry in told] == [
        "datastore.unreachable",
        "datastore.reachable_again",
        "datastore.unreachable",
    ]
    assert (outages.count, outages.reason) == (2, "locked")


def test_a_datastore_that_is_gone_is_more_than_an_outage() -> None:
    """As long as one of its readers says so."""
    outages = Outages()
    outages.began("blocks", DatastoreError("locked"))
    assert outages.gone == ""
    outages.began("resources", GoneError("moved"))
    assert outages.gone == "moved"
    outages.over("resources")
    assert (outages.gone, outages.reason) == ("", "locked")


def test_the_outage_of_another_service_is_told_under_its_name() -> None:
    """With what is done meanwhile."""
    outages = Outages("kubernetes", "what has been copied stays")
    with capture_logs() as told:
        outages.began("Node", KubernetesError("no answer"))
    assert told == [
        {
            "event": "kubernetes.unreachable",
            "reason": "no answer",
            "doing": "what has been copied stays",
            "log_level": "warning",
        }
    ]
