"""AIGP from and to octets; the length of a TLV counts its own header."""

import pytest

from bgpkit.wire.attributes.aigp import ROWS, Aigp, AigpMetric
from bgpkit.wire.tlv import Tlv
from tests.unit.wire.octets import context

(ROW,) = ROWS
METRIC = bytes.fromhex("01 000b 000000000000002a")
"""An AIGP TLV with the metric 42, from the vectors of bgpkit-parser."""
UNKNOWN = bytes.fromhex("02 0005 abcd")


def test_the_metric_has_eight_octets() -> None:
    """The AIGP TLV of metric 42 is read and written."""
    value = ROW.decode(METRIC, context())
    assert value == Aigp((AigpMetric(42),))
    assert ROW.encode(value, context()) == METRIC
    assert str(value) == "42"


def test_the_first_aigp_tlv_counts() -> None:
    """Others, and TLVs of types that are not known, stay in their order."""
    octets = UNKNOWN + METRIC + bytes.fromhex("01 000b 0000000000000007")
    value = ROW.decode(octets, context())
    assert isinstance(value, Aigp)
    assert value.tlvs == (Tlv(2, b"\xab\xcd"), AigpMetric(42), AigpMetric(7))
    assert value.metric == 42
    assert ROW.encode(value, context()) == octets
    assert str(value) == "tlv-2 0xabcd 42 7"


def test_there_may_be_no_metric() -> None:
    """TLVs of other types alone are well-formed, and give no metric."""
    value = ROW.decode(UNKNOWN + bytes.fromhex("03 0003"), context())
    assert isinstance(value, Aigp)
    assert (value.tlvs, value.metric) == ((Tlv(2, b"\xab\xcd"), Tlv(3, b"")), None)


@pytest.mark.parametrize(
    ("octets", "complaint"),
    [
        ("01 0002", "a length of 2, less than its own header"),
        ("02 0000 00", "a length of 0"),
        ("02 0005 ab", "of 5 octets runs past the end"),
        ("01 000a 00000000000000", "a length of 10, not of 11"),
        ("01 000b 000000000000002a 01", "a length of 0"),
        ("01 000b 000000000000002a 01 000c 000000000000000000", "a length of 12, not of 11"),
        ("01 000b ffffffffffffffff", "the maximum metric"),
    ],
)
def test_malformed_tlvs_are_told(octets: str, complaint: str) -> None:
    """A length that does not fit, and the metric that means unreachable, raise ValueError."""
    with pytest.raises(ValueError, match=complaint):
        ROW.decode(bytes.fromhex(octets), context())


def test_what_cannot_be_written_is_refused() -> None:
    """A metric of nine octets, a type of two, and an AIGP TLV that is none raise ValueError."""
    with pytest.raises(ValueError, match="does not fit 8 octets"):
        AigpMetric(1 << 64)
    for tlv in (Tlv(256, b""), Tlv(1, b""), Tlv(2, bytes(0xFFFD))):
        with pytest.raises(ValueError, match="does not fit an AIGP attribute"):
            ROW.encode(Aigp((tlv,)), context())
    with pytest.raises(ValueError, match="not a Aigp"):
        ROW.encode(42, context())
