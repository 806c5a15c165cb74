"""The log: one line for each reason, with a count."""

from ipaddress import IPv4Address

from structlog.testing import capture_logs

from bgpkit.fib import NextHop, RouteKind
from bgpkit.fib.dialogue import Dialogue
from bgpkit.fib.form import Form
from bgpkit.fib.report import report_news
from bgpkit.fib.route import Spec
from tests.unit.fib.model_kernel import OURS, ModelKernel, complete

KEYS = [bytes((24, 10, 0, number)) for number in range(3)]


def test_alike_failures_are_one_line_and_are_told_once() -> None:
    """Three routes over one lost gateway: a line with the first prefix and the count."""
    dialogue = Dialogue(OURS, ModelKernel(), lambda _: 0)
    dialogue.reconcilers[32].want(KEYS, Spec(RouteKind.UNICAST, (NextHop(IPv4Address("10.0.0.9")),)))
    complete(dialogue.write(0.0))
    with capture_logs() as lines:
        report_news(dialogue)
        complete(dialogue.write(0.5))
        report_news(dialogue)
    assert lines == [
        {
            "event": "fib.route_failed",
            "log_level": "warning",
            "prefix": "10.0.0.0/24",
            "count": 3,
            "reason": "error 101",
            "errno": 101,
        }
    ]


def test_conflicts_are_told_with_the_other_protocol() -> None:
    """Who has the place of ours is in the line."""
    kernel = ModelKernel()
    for key in KEYS[:2]:
        kernel.add((32, key), 4, Form(6, (), 0))
    dialogue = Dialogue(OURS, kernel, lambda _: 0)
    dialogue.reconcilers[32].want(KEYS, Spec(RouteKind.BLACKHOLE, ()))
    complete(dialogue.write(0.0))
    complete(dialogue.read_all(lambda: 0.0))
    complete(dialogue.write(0.0))
    with capture_logs() as lines:
        report_news(dialogue)
    expected = {"event": "fib.conflict", "log_level": "warning", "prefix": "10.0.0.0/24", "count": 2, "protocol": 4}
    assert lines == [expected]
