"""Findings: a word for each verdict."""

from bgpkit_node.doctor import Verdict, failure, unknown, warning, well


def test_each_maker_has_its_verdict() -> None:
    """What is well needs no cure."""
    assert (well("a", "b", "c").verdict, well("a", "b", "c").cure) == (Verdict.OK, "")
    assert warning("a", "b", "c", "d").verdict is Verdict.WARNING
    assert failure("a", "b", "c", "d").verdict is Verdict.FAILURE
    assert unknown("a", "b", "c").verdict is Verdict.UNKNOWN
    assert [verdict.value for verdict in Verdict] == ["ok", "warning", "failure", "not looked at"]
