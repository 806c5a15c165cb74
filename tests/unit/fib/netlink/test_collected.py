"""The kernel's answers to some requests, as they come."""

import socket
import struct
from collections.abc import Iterator

import pytest

from bgpkit.fib.netlink.collected import Collected
from tests.unit.fib.netlink.scripted_socket import answer

EEXIST, ENETUNREACH = 17, 101
FIRST, LAST = 5, 8


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Give our end, which is asked and never waits, and the kernel's."""
    ours, kernel = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    ours.setblocking(False)
    with ours, kernel:
        yield ours, kernel


def test_answers_come_bit_by_bit_and_the_last_is_the_end(ends: tuple[socket.socket, socket.socket]) -> None:
    """Refusals come while the kernel is still at work; they are kept until it is done."""
    ours, kernel = ends
    collected = Collected(ours, FIRST, LAST)
    assert not collected.read()
    kernel.send(answer(5, EEXIST))
    kernel.send(answer(7, ENETUNREACH))
    assert not collected.read()
    kernel.send(answer(8))
    assert collected.read()
    outcome = collected.outcome()
    assert outcome.complete
    assert {place: refusal.errno for place, refusal in outcome.refused.items()} == {0: EEXIST, 2: ENETUNREACH}


def test_a_last_request_that_is_refused_is_answered(ends: tuple[socket.socket, socket.socket]) -> None:
    """It asks for an answer, and gets one either way."""
    ours, kernel = ends
    collected = Collected(ours, FIRST, LAST)
    kernel.send(answer(8, EEXIST))
    assert collected.read()
    assert [*collected.outcome().refused] == [3]


def test_answers_to_others_and_other_messages_mean_nothing(ends: tuple[socket.socket, socket.socket]) -> None:
    """They are left from a request that was given up."""
    ours, kernel = ends
    collected = Collected(ours, FIRST, LAST)
    kernel.send(answer(4, EEXIST) + answer(9))
    kernel.send(struct.pack("=IHHIIi", 20, 3, 0, LAST, 0, 0))
    assert not collected.read()
    assert not collected.outcome().complete
    assert not collected.outcome().refused
