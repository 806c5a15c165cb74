"""The data of one answer."""

import pytest

from bgpkit.rpki import RoaTable, RtrError, RtrErrorCode
from bgpkit.rpki.response import Response
from tests.unit.rpki.machines import ONE, ONE_GONE, TWO
from tests.unit.rpki.test_table import roa


def test_an_answer_makes_a_table() -> None:
    """From nothing, or from the table that it goes on from."""
    response = Response(1, None)
    for pdu in (ONE, TWO):
        response.record(pdu, 0, len(pdu))
    base = response.table()
    assert (len(response), set(base)) == (2, {roa("192.0.2.0/24", 64500), roa("2001:db8::/32", 64501, 48)})
    following = Response(1, base)
    assert following.table() is base
    following.record(ONE_GONE, 0, len(ONE_GONE))
    assert set(following.table()) == {roa("2001:db8::/32", 64501, 48)}
    assert following.table().known_changes(base) is not None


@pytest.mark.parametrize(
    ("pdu", "code"),
    [(ONE, RtrErrorCode.DUPLICATE_ANNOUNCEMENT_RECEIVED), (TWO, RtrErrorCode.WITHDRAWAL_OF_UNKNOWN_RECORD)],
)
def test_records_that_contradict_are_refused(pdu: bytes, code: RtrErrorCode) -> None:
    """The error holds the PDU and names the record."""
    response = Response(1, RoaTable([roa("192.0.2.0/24", 64500)]))
    octets = pdu if pdu is ONE else pdu[:8] + b"\0" + pdu[9:]
    with pytest.raises(RtrError, match="held") as caught:
        response.record(octets, 0, len(octets))
    assert (caught.value.code, caught.value.pdu) == (code, octets)
