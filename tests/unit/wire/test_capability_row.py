"""Rows of capabilities: octets that fit, and values of the row's own class."""

import pytest

from bgpkit.wire.capability_row import bare_row, capability_row, number, read_flag, write_flag
from bgpkit_fsm import FourOctetAsCapability, RouteRefreshCapability


def test_a_bare_capability_has_no_value() -> None:
    """With one it is not understood."""
    row = bare_row(2, RouteRefreshCapability())
    assert (row.decode(b""), row.decode(b"\0")) == (RouteRefreshCapability(), None)
    assert (row.code, row.kind, row.encode(RouteRefreshCapability())) == (2, RouteRefreshCapability, b"")


def test_a_row_writes_its_own_class_only() -> None:
    """Another one is the caller's mistake."""
    row = capability_row(65, FourOctetAsCapability, lambda _value: None, lambda capability: bytes((capability.asn,)))
    assert row.encode(FourOctetAsCapability(7)) == b"\x07"
    with pytest.raises(TypeError, match="route-refresh is not a FourOctetAsCapability"):
        row.encode(RouteRefreshCapability())


@pytest.mark.parametrize("value", [-1, 65536])
def test_a_number_must_fit_its_octets(value: int) -> None:
    """The error names what it is."""
    assert number(65535, 2, "AFI") == b"\xff\xff"
    with pytest.raises(ValueError, match=rf"AFI {value} does not fit 2 octets"):
        number(value, 2, "AFI")


@pytest.mark.parametrize(
    ("octet", "flag", "reserved"), [(0x80, True, 0), (0, False, 0), (0xFF, True, 127), (1, False, 1)]
)
def test_a_flag_shares_its_octet_with_reserved_bits(octet: int, flag: bool, reserved: int) -> None:
    """The flag is the highest bit; the others are kept."""
    assert read_flag(octet) == (flag, reserved)
    assert write_flag(flag, reserved) == bytes((octet,))
    with pytest.raises(ValueError, match="do not fit 7 bits"):
        write_flag(flag, 128)
