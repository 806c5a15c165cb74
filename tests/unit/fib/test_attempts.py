"""Failures: tried again with growing delays, reported once."""

import pytest

from bgpkit.fib.attempts import LONGEST_DELAY, Attempts
from bgpkit.fib.news import News
from bgpkit.fib.operation import Refusal

UNREACHABLE, DOWN = Refusal(101, "Nexthop has invalid gateway"), Refusal(100, "Network is down")


def test_delay_doubles_up_to_the_longest() -> None:
    """0.5, 1, 2 ... seconds between attempts, at most 30."""
    attempts = Attempts()
    now, delays = 0.0, list[float]()
    for _ in range(9):
        attempts.fail(b"a", UNREACHABLE, now)
        assert attempts.next_at is not None
        delays.append(attempts.next_at - now)
        now = attempts.next_at
        assert attempts.due(now, 10) == [b"a"]
    assert delays == [0.5, 1, 2, 4, 8, 16, LONGEST_DELAY, LONGEST_DELAY, LONGEST_DELAY]


def test_nothing_is_due_before_its_time() -> None:
    """An attempt is due at its time, not before, and once."""
    attempts = Attempts()
    attempts.fail(b"a", UNREACHABLE, 10.0)
    assert attempts.due(10.49, 10) == []
    assert attempts.due(10.5, 10) == [b"a"]
    assert attempts.due(99.0, 10) == []


def test_no_more_than_the_limit_is_due_at_once() -> None:
    """A hundred thousand failures come back in slices."""
    attempts = Attempts()
    for number in range(5):
        attempts.fail(bytes((number,)), UNREACHABLE, 0.0)
    assert [len(attempts.due(1.0, 2)) for _ in range(4)] == [2, 2, 1, 0]


def test_forgiven_is_never_due() -> None:
    """A route that is in, or not wanted any more, is not tried again."""
    attempts = Attempts()
    attempts.fail(b"a", UNREACHABLE, 0.0)
    attempts.forgive(b"a")
    assert attempts.failed == {}
    assert attempts.due(99.0, 10) == []


def test_an_attempt_that_was_never_answered_does_not_wait() -> None:
    """Its time has passed and nobody knows what became of it: nothing stands in the way of looking again."""
    attempts = Attempts()
    attempts.fail(b"a", UNREACHABLE, 0.0)
    assert attempts.waits(b"a")
    attempts.due(0.5, 10)
    assert not attempts.waits(b"a")
    attempts.fail(b"a", UNREACHABLE, 0.5)
    assert attempts.waits(b"a")
    attempts.clear()
    assert not attempts.waits(b"a")


def test_forgiving_starts_the_delays_afresh() -> None:
    """After a success the next failure is a first one."""
    attempts = Attempts()
    for now in (0.0, 1.0, 3.0):
        attempts.fail(b"a", UNREACHABLE, now)
    attempts.forgive(b"a")
    attempts.fail(b"a", UNREACHABLE, 10.0)
    assert attempts.failed[b"a"].count == 1
    assert attempts.failed[b"a"].retry_at == pytest.approx(10.5)


def told(news: News[Refusal]) -> list[tuple[Refusal, tuple[bytes, ...]]]:
    """Return what is new, by reason."""
    return [(reason, keys) for reason, keys, _ in news.take()]


def test_news_are_new_reasons_only() -> None:
    """A failure is told once, and again when the reason is another; the former is over then."""
    attempts = Attempts()
    attempts.fail(b"a", UNREACHABLE, 0.0)
    assert told(attempts.fresh) == [(UNREACHABLE, (b"a",))]
    attempts.fail(b"a", UNREACHABLE, 1.0)
    assert told(attempts.fresh) == []
    attempts.fail(b"a", DOWN, 3.0)
    assert (told(attempts.fresh), told(attempts.ended)) == ([(DOWN, (b"a",))], [(UNREACHABLE, (b"a",))])


def test_news_leave_out_what_has_been_forgiven() -> None:
    """A failure that is over before it is told is not told, and neither is its end."""
    attempts = Attempts()
    attempts.fail(b"a", UNREACHABLE, 0.0)
    attempts.forgive(b"a")
    assert (told(attempts.fresh), told(attempts.ended)) == ([], [])


def test_a_failure_that_has_been_told_ends_once() -> None:
    """Forgiving what has not failed is no end."""
    attempts = Attempts()
    for key in (b"a", b"b"):
        attempts.fail(key, UNREACHABLE, 0.0)
    attempts.fresh.take()
    for key in (b"a", b"a", b"c"):
        attempts.forgive(key)
    assert told(attempts.ended) == [(UNREACHABLE, (b"a",))]


def test_what_fails_again_before_its_end_is_told_has_not_ended() -> None:
    """Of what comes and goes between two reports nothing is told."""
    attempts = Attempts()
    attempts.fail(b"a", UNREACHABLE, 0.0)
    attempts.fresh.take()
    attempts.forgive(b"a")
    attempts.fail(b"a", UNREACHABLE, 1.0)
    assert (told(attempts.fresh), told(attempts.ended)) == ([], [])


def test_clearing_leaves_nothing_to_tell() -> None:
    """Who wants nothing any more needs no news of it."""
    attempts = Attempts()
    attempts.fail(b"a", UNREACHABLE, 0.0)
    attempts.fail(b"b", DOWN, 0.0)
    attempts.fresh.take()
    attempts.forgive(b"b")
    attempts.fail(b"c", DOWN, 0.0)
    attempts.clear()
    assert (told(attempts.fresh), told(attempts.ended)) == ([], [])
