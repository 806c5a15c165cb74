"""An outage is told once, whoever meets it."""

from structlog.testing import capture_logs

from bgpkit_node.errors import DatastoreError
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
