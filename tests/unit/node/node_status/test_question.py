"""Questions and answers as annotations: what cannot be read is none, what is old may go, what is large is cut."""

from datetime import UTC, datetime, timedelta

import msgspec

from bgpkit_node.node_status.question import (
    ANSWER,
    KEPT,
    LARGEST,
    PREFIX,
    QUESTION,
    answer_in,
    asked_in,
    is_left_over,
    question_to,
    written_answer,
)
from bgpkit_node.resources import CalicoNodeStatus, Metadata
from bgpkit_node.resources.calico_node_status import check_calico_node_status

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


def _with(**annotations: str) -> CalicoNodeStatus:
    names = {"question": QUESTION, "answer": ANSWER}
    metadata = Metadata(name="x", annotations={names[key]: value for key, value in annotations.items()})
    return CalicoNodeStatus(metadata=metadata)


def test_a_question_is_a_resource_that_is_answered_once() -> None:
    """It is valid, names the node, and carries what the agent's socket takes."""
    asked = question_to("k8s-node1", f"{PREFIX}1-0", {"request": "hop", "to": "10.0.0.1"}, NOW)
    assert list(check_calico_node_status(asked)) == []
    assert (asked.spec.node, asked.spec.update_period_seconds, asked.spec.classes) == ("k8s-node1", 0, ())
    assert asked_in(asked) == {"request": "hop", "to": "10.0.0.1"}
    assert answer_in(asked) is None


def test_what_cannot_be_read_is_no_question_and_no_answer() -> None:
    """Whoever wrote it."""
    assert asked_in(_with(question="not JSON")) is None
    assert answer_in(_with(answer="[1]")) is None
    assert answer_in(_with(answer='{"node":"a"}')) == {"node": "a"}
    assert asked_in(_with()) is None


def test_only_questions_are_left_over_and_only_old_ones() -> None:
    """What an operator has made is never one, however old it is."""
    asked = question_to("a", f"{PREFIX}1-0", {}, NOW)
    assert not is_left_over(asked, NOW + 2 * KEPT)
    assert is_left_over(asked, NOW + 2 * KEPT + timedelta(seconds=1))
    operators = msgspec.structs.replace(asked, metadata=msgspec.structs.replace(asked.metadata, name="mine"))
    assert not is_left_over(operators, NOW + timedelta(days=9))
    bare = CalicoNodeStatus(metadata=Metadata(name=f"{PREFIX}2-0"))
    assert is_left_over(bare, NOW)


def test_an_answer_that_no_datastore_takes_becomes_an_error() -> None:
    """With its size; the largest that fits stays as it is."""
    assert written_answer({"a": 1}) == '{"a":1}'
    assert '"error":"the answer has ' in written_answer({"a": "x" * LARGEST})
    assert "error" not in written_answer({"a": "x" * (LARGEST - 10)})
