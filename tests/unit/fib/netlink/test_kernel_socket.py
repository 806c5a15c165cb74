"""What is sent to the kernel, and how its answers are read; the kernel itself: integration/test_fib_kernel.py."""

import pytest

from bgpkit.errors import FibError
from bgpkit.fib.form import make_form
from bgpkit.fib.netlink.kernel_socket import NetlinkKernel
from bgpkit.fib.operation import Answers, Batch, Verb
from tests.unit.fib.netlink.scripted_socket import LOST, ScriptedSocket, answer, numbers, scripted

EPERM, EEXIST = 1, 17
FORMS = (make_form(6, [], 0),)


def kernel(monkeypatch: pytest.MonkeyPatch) -> tuple[NetlinkKernel, ScriptedSocket]:
    """Return a kernel and the socket by which it is asked, on which a first request has been answered."""
    asking, _ = scripted(monkeypatch)
    made = NetlinkKernel(12, 254)
    asking.sent.clear()
    return made, asking


def batch(third: int, count: int = 40) -> Batch:
    """Return so many routes to be added; the kernel would work on them beside the loop."""
    keys = [bytes((32, 10, 0, third, number)) for number in range(count)]
    return Batch(32, [Verb.ADD] * count, keys, [FORMS] * count)


async def carried_out(made: NetlinkKernel, one: Batch, following: Batch | None = None) -> Answers:
    """Have a batch carried out while the next one is made."""
    return await made.execute(one, lambda: following)


async def test_answers_that_were_lost_are_not_taken_for_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever had no room for one may have been refused, though the last request was acknowledged."""
    made, asking = kernel(monkeypatch)
    asking.given += [answer(2, EEXIST), LOST, answer(41)]
    answers = await carried_out(made, batch(1))
    assert (answers.complete, list(answers.refused)) == (False, [0])
    asking.given += [answer(43, EEXIST), answer(81)]
    answers = await carried_out(made, batch(1))
    assert (answers.complete, list(answers.refused)) == (True, [1])


async def test_without_the_answer_to_the_last_request_answers_are_not_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the only one that is always answered."""
    made, asking = kernel(monkeypatch)
    asking.given += [answer(2, EEXIST)]
    assert not (await carried_out(made, batch(1))).complete


async def test_answers_to_an_earlier_batch_mean_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are known by their numbers."""
    made, asking = kernel(monkeypatch)
    await carried_out(made, batch(1))
    asking.given += [answer(2, EEXIST), answer(81)]
    assert (await carried_out(made, batch(2))).fine


async def test_a_batch_that_was_written_down_is_sent_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the kernel was at work on the one before, under the numbers that follow."""
    made, asking = kernel(monkeypatch)
    asking.answering = True
    following = batch(2)
    await carried_out(made, batch(1), following)
    assert len(asking.sent) == 1
    assert (await carried_out(made, following)).fine
    assert [numbers(data)[0] for data in asking.sent] == [2, 42]
    assert bytes((10, 0, 2, 39)) in asking.sent[1]


async def test_a_batch_that_was_written_down_and_thrown_away_is_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another one is taken in its place, equal to it or not: answers are those to what has been sent."""
    made, asking = kernel(monkeypatch)
    asking.answering = True
    await carried_out(made, batch(1), batch(2))
    asking.given.clear()
    for other in (batch(3), batch(2)):
        assert (await carried_out(made, other)).fine
    assert [numbers(data)[0] for data in asking.sent] == [2, 82, 122]
    assert [bytes((10, 0, third, 0)) in data for third, data in zip((1, 3, 2), asking.sent, strict=True)] == [True] * 3


async def test_the_next_batch_is_asked_for_once_however_small_the_first_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel is done with few changes before another thread would have begun."""
    made, asking = kernel(monkeypatch)
    asking.answering = True
    calls: list[None] = []
    for count in (1, 40):
        assert (await made.execute(batch(1, count), lambda: calls.append(None))).fine
        assert len(calls) == 1
        calls.clear()


def test_the_right_to_write_is_asked_for_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence when it is missing."""
    asking, _ = scripted(monkeypatch)
    asking.given.append(answer(1, EPERM))
    with pytest.raises(FibError, match="needs the capability CAP_NET_ADMIN; run as root"):
        NetlinkKernel(12, 254)
