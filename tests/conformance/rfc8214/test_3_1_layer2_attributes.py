"""RFC 8214, section 3.1: the EVPN layer 2 attributes extended community."""

import pytest

from bgpkit_rib import ExtendedCommunity, Layer2Attributes


@pytest.mark.rfc("8214", "3.1")
@pytest.mark.parametrize(
    ("flags", "value"),
    [
        (0b001, Layer2Attributes(mtu=9000, backup=True)),
        (0b010, Layer2Attributes(mtu=9000, primary=True)),
        (0b100, Layer2Attributes(mtu=9000, control_word=True)),
    ],
)
def test_control_flags_stand_before_the_mtu(flags: int, value: Layer2Attributes) -> None:
    """Two octets of Control Flags that end in C, P and B, two of MTU, two reserved."""
    community = ExtendedCommunity(bytes((0x06, 0x04, 0, flags, 0x23, 0x28, 0, 0)))
    assert community.value == value
    assert ExtendedCommunity.from_value(value) == community


@pytest.mark.rfc("8214", "3.1")
def test_other_bits_do_not_hide_the_flags() -> None:
    """The other flags and the last two octets are reserved: what is known is read all the same."""
    value = ExtendedCommunity(bytes((0x06, 0x04, 0x80, 0x0A, 0x05, 0xDC, 1, 2))).value
    assert isinstance(value, Layer2Attributes)
    assert (value.primary, value.backup, value.control_word, value.mtu) == (True, False, False, 1500)
