"""RFC 4271, sections 4.2 and 6.2: OPENs that are refused, and with what."""

from dataclasses import replace

import pytest

from bgpkit_fsm import Open, OpenReceived, State, negotiate
from tests.unit.fsm.sessions import CONFIG, REMOTE_OPEN, connection_in, notifications, remote_open


def _answer(message: Open) -> list[tuple[int, int, bytes]]:
    connection = connection_in(State.OPEN_SENT)
    answer = notifications(connection.handle(OpenReceived(message)))
    assert connection.state is (State.IDLE if answer else State.OPEN_CONFIRM)
    return answer


@pytest.mark.rfc("4271", "6.2")
@pytest.mark.parametrize("version", [0, 1, 3, 5, 255])
def test_other_version_is_refused_with_the_supported_one_in_two_octets(version: int) -> None:
    """Unsupported Version Number; the Data field is a 2-octet integer with the version supported, 4."""
    assert _answer(replace(REMOTE_OPEN, version=version)) == [(2, 1, b"\x00\x04")]


@pytest.mark.rfc("4271", "6.2")
def test_unexpected_as_number_is_refused() -> None:
    """Bad Peer AS when the number is not the one configured."""
    assert _answer(replace(REMOTE_OPEN, my_as=7)) == [(2, 2, b"")]


@pytest.mark.rfc("4271", "6.2")
@pytest.mark.parametrize("hold_time", [1, 2])
def test_hold_time_of_one_or_two_seconds_is_refused(hold_time: int) -> None:
    """An implementation MUST reject Hold Time values of one or two seconds: Unacceptable Hold Time."""
    assert _answer(remote_open(hold_time=hold_time)) == [(2, 6, b"")]


@pytest.mark.rfc("4271", "4.2")
@pytest.mark.parametrize("hold_time", [0, 3, 65535])
def test_hold_time_of_zero_or_three_and_more_is_accepted(hold_time: int) -> None:
    """The Hold Time MUST be either zero or at least three seconds."""
    assert _answer(remote_open(hold_time=hold_time)) == []


@pytest.mark.rfc("4271", "4.2")
@pytest.mark.parametrize(("ours", "theirs", "agreed"), [(90, 30, 30), (30, 90, 30), (0, 90, 0), (90, 0, 0), (3, 3, 3)])
def test_smaller_hold_time_is_used(ours: int, theirs: int, agreed: int) -> None:
    """A speaker MUST calculate the Hold Timer by using the smaller of its own and the received Hold Time."""
    terms = negotiate(replace(CONFIG, hold_time=ours).open, remote_open(hold_time=theirs))
    assert terms.hold_time == agreed


@pytest.mark.rfc("4271", "4.4")
def test_keepalives_come_three_times_as_often_as_needed() -> None:
    """A reasonable maximum time between KEEPALIVEs is one third of the Hold Time interval."""
    assert negotiate(CONFIG.open, remote_open(hold_time=30)).keepalive_time == 10
