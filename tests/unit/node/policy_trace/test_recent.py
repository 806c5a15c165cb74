"""What is news, and what has been told a moment ago."""

from bgpkit_node.policy_trace.recent import AGAIN_AFTER, Recent


def test_the_same_is_told_once_a_minute() -> None:
    """From when it was told, not from when it was seen last."""
    recent = Recent()
    assert recent.is_news("a", 0)
    assert not recent.is_news("a", 1)
    assert recent.is_news("b", 2)
    assert not recent.is_news("a", AGAIN_AFTER - 1)
    assert recent.is_news("a", AGAIN_AFTER)
    assert not recent.is_news("b", AGAIN_AFTER + 1)


def test_not_all_is_remembered() -> None:
    """A flood of flows is told once and forgotten."""
    recent = Recent()
    assert all(recent.is_news(number, 0) for number in range(60_000))
    assert recent.is_news(0, 1)
    assert not recent.is_news(59_999, 1)
