"""Families that are built in, and families that others add."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bgpkit.wire import ROWS, Codec, FamilyRow, MpReach, UpdateContext, UpdateMessage, register_family
from bgpkit.wire.families import table
from bgpkit_fsm import Family
from tests.unit.wire.families.test_row import FAMILY, ROW
from tests.unit.wire.octets import AS_PATH, ORIGIN, attribute, update


@pytest.fixture
def registered() -> Iterator[FamilyRow]:
    """Give a family that is known for the time of one test."""
    register_family(ROW)
    yield ROW
    table.rows.pop(FAMILY)


def test_a_family_that_others_add_is_decoded_and_encoded(registered: FamilyRow) -> None:
    """Its NLRI come as its own values, and go out as they came."""
    nlri = bytes.fromhex("01aaaa0001")
    value = b"\0\1\xfa\4\xc0\0\2\1\0" + nlri
    octets = update(attribute(0x80, 14, value) + ORIGIN + AS_PATH)
    codec = Codec(UpdateContext(families=frozenset({registered.family}), four_octet_as=True, internal=True))
    message = codec.decode(octets)
    assert isinstance(message, UpdateMessage)
    assert isinstance(message.attributes[0].value, MpReach)
    assert message.announced == ((FAMILY, (nlri,)),)
    assert codec.encode(message) == [octets]


def test_a_second_row_of_a_family_is_refused(registered: FamilyRow) -> None:
    """The meaning of octets must not depend on who came first."""
    with pytest.raises(ValueError, match="afi-1-safi-250 has a row already"):
        register_family(replace(registered))
    with pytest.raises(ValueError, match="ipv4-unicast has a row already"):
        register_family(ROWS[Family(1, 1)])


def test_a_family_without_a_row_is_not_known() -> None:
    """What has not been added is not there: its NLRI could not be cut."""
    assert FAMILY not in ROWS
