"""ONLY_TO_CUSTOMER as octets."""

import pytest

from bgpkit.wire.attributes.only_to_customer import ROWS
from tests.unit.wire.octets import context

(ROW,) = ROWS


def test_the_value_is_an_as_number_of_four_octets() -> None:
    """0000fde9, from the bgp-role capture of tcpdump, is AS 65001, and no other length is allowed."""
    assert ROW.decode(bytes.fromhex("0000fde9"), context()) == 65001
    assert ROW.encode(4200000000, context()) == bytes.fromhex("fa56ea00")
    assert list(ROW.lengths) == [4]


@pytest.mark.parametrize("value", [-1, 1 << 32, "65001"])
def test_what_is_no_as_number_is_refused(value: object) -> None:
    """A value that four octets cannot hold raises ValueError."""
    with pytest.raises(ValueError, match="ONLY_TO_CUSTOMER"):
        ROW.encode(value, context())
