"""Agreeing on a version."""

import pytest

from bgpkit.rpki import RtrError, RtrErrorCode
from bgpkit.rpki.negotiation import Negotiation


def test_the_first_answer_decides() -> None:
    """The same version, or a lower one, which is told."""
    same, lower = Negotiation(), Negotiation()
    assert [same.agree(1, b""), lower.agree(0, b"")] == [False, True]
    assert [(one.version, one.agreed) for one in (same, lower)] == [(1, True), (0, True)]
    assert lower.agree(0, b"") is False


@pytest.mark.parametrize(
    ("asked", "first", "then", "code"),
    [
        (1, 2, None, RtrErrorCode.UNSUPPORTED_PROTOCOL_VERSION),
        (0, 1, None, RtrErrorCode.UNEXPECTED_PROTOCOL_VERSION),
        (1, 1, 0, RtrErrorCode.UNEXPECTED_PROTOCOL_VERSION),
        (1, 1, 2, RtrErrorCode.UNEXPECTED_PROTOCOL_VERSION),
    ],
)
def test_other_versions_are_refused(asked: int, first: int, then: int | None, code: RtrErrorCode) -> None:
    """Higher than the query, not known, or not the one agreed on."""
    negotiation = Negotiation()
    negotiation.begin(asked)
    if then is not None:
        negotiation.agree(first, b"")
    with pytest.raises(RtrError, match="version") as caught:
        negotiation.agree(first if then is None else then, b"pdu")
    assert (caught.value.code, caught.value.pdu) == (code, b"pdu")


def test_a_version_is_lowered_before_the_answer_only() -> None:
    """To one that is known."""
    negotiation = Negotiation()
    assert [negotiation.lowers(version) for version in (0, 1, 2)] == [True, False, False]
    negotiation.agree(1, b"")
    assert not negotiation.lowers(0)
    negotiation.begin(None)
    assert negotiation.lowers(0)


def test_an_answer_makes_up_for_silence() -> None:
    """Only queries that go unanswered in a row make the router try another version."""
    negotiation = Negotiation()
    negotiation.unanswered()
    negotiation.agree(1, b"")
    negotiation.unanswered()
    assert negotiation.version == 1
    negotiation.unanswered()
    assert negotiation.version == 0
