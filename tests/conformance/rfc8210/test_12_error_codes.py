"""RFC 8210, section 12: which error is answered with which code."""

import pytest

from bgpkit.rpki import RtrErrorCode
from tests.unit.rpki import octets
from tests.unit.rpki.machines import ONE, ONE_GONE, Driven, loaded


@pytest.mark.rfc("8210", "12")
@pytest.mark.parametrize(
    ("pdu", "code"),
    [
        (octets.pdu(octets.IPV4, 0, bytes(11)), 0),
        (octets.pdu(octets.END, octets.SESSION, bytes(4)), 0),
        (octets.reset_query(), 0),
        (octets.serial_query(1), 0),
        (octets.cache_reset(), 0),
        (octets.pdu(5), 5),
        (octets.pdu(255, 0, bytes(100)), 5),
        (ONE_GONE, 6),
        (octets.notify(1, version=0), 8),
    ],
)
def test_the_code_of_each_fault_while_loading(pdu: bytes, code: int) -> None:
    """All of them are fatal: the report is sent and the session ends."""
    driven = Driven().connect().hear(octets.response(), pdu)
    found = driven.error
    assert found is not None
    assert found[0] == code
    assert pdu.startswith(found[1])
    assert len(driven.closed) == 1


@pytest.mark.rfc("8210", "12")
def test_the_codes_have_their_numbers() -> None:
    """As assigned."""
    assert [(code.value, code.name) for code in RtrErrorCode] == [
        (0, "CORRUPT_DATA"),
        (1, "INTERNAL_ERROR"),
        (2, "NO_DATA_AVAILABLE"),
        (3, "INVALID_REQUEST"),
        (4, "UNSUPPORTED_PROTOCOL_VERSION"),
        (5, "UNSUPPORTED_PDU_TYPE"),
        (6, "WITHDRAWAL_OF_UNKNOWN_RECORD"),
        (7, "DUPLICATE_ANNOUNCEMENT_RECEIVED"),
        (8, "UNEXPECTED_PROTOCOL_VERSION"),
    ]


@pytest.mark.rfc("8210", "12")
def test_only_no_data_available_is_not_fatal() -> None:
    """Every other Error Report that comes in ends the session."""
    ended = [code for code in range(10) if loaded().hear(octets.report(code)).closed]
    assert ended == [0, 1, 3, 4, 5, 6, 7, 8, 9]


@pytest.mark.rfc("8210", "12")
def test_a_router_that_cannot_go_on_says_internal_error() -> None:
    """Here: more records than it may hold."""
    driven = Driven(maximum_roas=1)
    driven.connect().hear(octets.response(), ONE, octets.prefix("10.0.0.0/8", 1))
    assert driven.error == (1, b"")
