"""RFC 4271, section 6.1: what is wrong with the header of a message, in every state that can tell the peer."""

import pytest

from bgpkit.errors import HeaderError
from bgpkit.wire import next_message
from bgpkit_fsm import MessageRefused, Notification, State
from tests.unit.fsm.sessions import connection_in, notifications

MARKER = b"\xff" * 16


def _refused(octets: bytes) -> Notification:
    with pytest.raises(HeaderError) as caught:
        next_message(octets, 0, len(octets), 4096)
    return caught.value.notification


def _header(length: int, kind: int) -> bytes:
    return MARKER + length.to_bytes(2, "big") + bytes((kind,))


@pytest.mark.rfc("4271", "6.1")
@pytest.mark.parametrize("place", range(16))
def test_a_marker_that_is_not_all_ones_means_lost_synchronization(place: int) -> None:
    """The subcode MUST be Connection Not Synchronized."""
    octets = bytearray(_header(19, 4))
    octets[place] ^= 1
    assert _refused(bytes(octets)) == Notification(1, 1)


@pytest.mark.rfc("4271", "6.1")
@pytest.mark.parametrize(
    ("kind", "length"),
    [(1, 18), (1, 28), (2, 22), (3, 20), (4, 18), (4, 20), (2, 0), (2, 4097), (1, 4097), (3, 65535)],
)
def test_a_length_that_the_type_cannot_have_is_sent_back(kind: int, length: int) -> None:
    """Less than 19 or more than 4096, less than the least of the type, a KEEPALIVE of other than 19: Bad Length.

    The data MUST contain the erroneous Length field.
    """
    assert _refused(_header(length, kind)) == Notification(1, 2, length.to_bytes(2, "big"))


@pytest.mark.rfc("4271", "6.1")
@pytest.mark.parametrize("kind", [0, 6, 77, 255])
def test_a_type_that_is_not_recognized_is_sent_back(kind: int) -> None:
    """The subcode MUST be Bad Message Type, and the data MUST contain the erroneous Type field."""
    assert _refused(_header(19, kind)) == Notification(1, 3, bytes((kind,)))


@pytest.mark.rfc("4271", "6.1")
@pytest.mark.parametrize("state", [State.OPEN_SENT, State.OPEN_CONFIRM, State.ESTABLISHED])
def test_the_answer_is_the_error_and_the_connection_ends(state: State) -> None:
    """All errors detected while processing the header MUST be indicated by NOTIFICATION Message Header Error."""
    connection = connection_in(state)
    assert notifications(connection.handle(MessageRefused(Notification(1, 1)))) == [(1, 1, b"")]
    assert connection.state is State.IDLE
