"""PDUs, octets <-> values."""

import pytest

from bgpkit.rpki import Roa, RtrError, RtrErrorCode, RtrIntervals
from bgpkit.rpki.codec import decode_pdu, encode_pdu, next_pdu, read_prefix
from bgpkit.rpki.pdu import (
    CacheReset,
    CacheResponse,
    EndOfData,
    ErrorReport,
    Pdu,
    PrefixPdu,
    ResetQuery,
    RouterKey,
    SerialNotify,
    SerialQuery,
)
from bgpkit_rib import Prefix
from tests.unit.rpki import octets

INTERVALS = RtrIntervals(refresh=1, retry=2, expire=3)
V4, V6 = Prefix.parse("192.0.2.0/24"), Prefix.parse("2001:db8::/32")
SAMPLES: list[tuple[int, bytes, Pdu]] = [
    (1, octets.notify(9), SerialNotify(7000, 9)),
    (0, octets.notify(9, version=0), SerialNotify(7000, 9)),
    (1, octets.serial_query(9), SerialQuery(7000, 9)),
    (1, octets.reset_query(), ResetQuery()),
    (1, octets.response(), CacheResponse(7000)),
    (1, octets.prefix("192.0.2.0/24", 64500, 26), PrefixPdu(True, Roa(V4, 26, 64500))),
    (0, octets.prefix("2001:db8::/32", 1, 48, announce=False, version=0), PrefixPdu(False, Roa(V6, 48, 1))),
    (1, octets.end(9, refresh=1, retry=2, expire=3), EndOfData(7000, 9, INTERVALS)),
    (0, octets.end_of_version_0(9), EndOfData(7000, 9)),
    (1, octets.cache_reset(), CacheReset()),
    (1, octets.router_key(), RouterKey(True, bytes(20), 64500, b"key")),
    (1, octets.report(2, octets.reset_query(), "not yet"), ErrorReport(2, octets.reset_query(), "not yet")),
    (0, octets.report(99, version=0), ErrorReport(99)),
]


@pytest.mark.parametrize(("version", "written", "value"), SAMPLES)
def test_each_pdu_is_read_and_written(version: int, written: bytes, value: Pdu) -> None:
    """Octets put together by hand, in both versions, in the middle of others."""
    around = b"\xff" + written + b"\xff" * 8
    assert next_pdu(around, 1, len(around)) == 1 + len(written)
    assert decode_pdu(around, 1, 1 + len(written)) == value
    assert encode_pdu(value, version) == written


@pytest.mark.parametrize(("version", "written", "value"), SAMPLES)
def test_a_pdu_that_is_not_whole_is_waited_for(version: int, written: bytes, value: Pdu) -> None:
    """Every shorter piece of it gives 0."""
    assert {next_pdu(written, 0, length) for length in range(len(written))} == {0}


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (octets.pdu(octets.NOTIFY, 0, b"\0"), RtrErrorCode.CORRUPT_DATA),
        (octets.pdu(octets.IPV4, 0, bytes(13)), RtrErrorCode.CORRUPT_DATA),
        (octets.pdu(octets.KEY, 0, bytes(23)), RtrErrorCode.CORRUPT_DATA),
        (octets.pdu(octets.REPORT, 0, bytes(7)), RtrErrorCode.CORRUPT_DATA),
        (b"\1\7\0\0\0\0\0\7", RtrErrorCode.CORRUPT_DATA),
        (b"\1\x63\0\0\0\1\0\0", RtrErrorCode.CORRUPT_DATA),
    ],
)
def test_a_length_that_cannot_be_is_told_from_the_header(written: bytes, code: RtrErrorCode) -> None:
    """The rest of the PDU is not waited for."""
    with pytest.raises(RtrError, match="octets long") as caught:
        next_pdu(written, 0, len(written))
    assert (caught.value.code, caught.value.pdu) == (code, written[:8])


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (octets.pdu(octets.END, 0, bytes(4)), RtrErrorCode.CORRUPT_DATA),
        (octets.pdu(octets.END, 0, bytes(16), version=0), RtrErrorCode.CORRUPT_DATA),
        (octets.pdu(octets.END, 0, bytes(8)), RtrErrorCode.CORRUPT_DATA),
        (octets.pdu(octets.REPORT, 0, b"\0\0\0\1" + bytes(4)), RtrErrorCode.CORRUPT_DATA),
        (octets.pdu(octets.REPORT, 0, bytes(8) + b"."), RtrErrorCode.CORRUPT_DATA),
        (octets.pdu(5), RtrErrorCode.UNSUPPORTED_PDU_TYPE),
        (octets.pdu(11, 0, bytes(8)), RtrErrorCode.UNSUPPORTED_PDU_TYPE),
        (octets.pdu(octets.KEY, 0, bytes(30), version=0), RtrErrorCode.UNSUPPORTED_PDU_TYPE),
        (octets.pdu(octets.RESPONSE, version=2), RtrErrorCode.UNSUPPORTED_PROTOCOL_VERSION),
    ],
)
def test_what_cannot_be_read_is_told_with_its_octets(written: bytes, code: RtrErrorCode) -> None:
    """The error has the code for the cache, and the PDU to send back."""
    with pytest.raises(RtrError) as caught:
        decode_pdu(written, 0, len(written))
    assert (caught.value.code, caught.value.pdu) == (code, written)


@pytest.mark.parametrize(
    "lengths",
    [b"\1\x19\x18\0", b"\1\x18\x21\0", b"\1\x21\x21\0", b"\1\x17\x18\0"],
    ids=["maximum too short", "maximum too long", "prefix too long", "host bits"],
)
def test_a_prefix_that_cannot_be_is_corrupt(lengths: bytes) -> None:
    """Lengths out of order, and bits beyond the prefix."""
    written = octets.pdu(octets.IPV4, 0, lengths + b"\xc0\0\3\0" + bytes(4))
    with pytest.raises(RtrError, match="prefix") as caught:
        read_prefix(written, 0, len(written))
    assert (caught.value.code, caught.value.pdu) == (RtrErrorCode.CORRUPT_DATA, written)


@pytest.mark.parametrize(
    ("version", "value"),
    [
        (2, CacheReset()),
        (0, EndOfData(1, 1, INTERVALS)),
        (1, EndOfData(1, 1)),
        (0, RouterKey(True, bytes(20), 1, b"")),
        (1, RouterKey(True, bytes(19), 1, b"")),
        (1, ErrorReport(0, bytes(65_520))),
    ],
)
def test_what_a_version_does_not_have_is_not_written(version: int, value: Pdu) -> None:
    """ValueError: it is the caller's fault."""
    with pytest.raises(ValueError, match=r"PDU|End of Data|Router Key"):
        encode_pdu(value, version)
