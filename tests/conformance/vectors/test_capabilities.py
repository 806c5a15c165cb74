"""Capabilities, values of them and Optional Parameters, without the OPEN around them."""

import pytest

from bgpkit.errors import OpenError
from bgpkit.wire import decode_capabilities, decode_open, encode_capability, encode_open
from bgpkit.wire.plain import from_plain, to_plain
from bgpkit_fsm import Capability, UnknownCapability
from tests.conformance.vectors.exceptions import VALUE, expected
from tests.conformance.vectors.kinds import CAPABILITIES
from tests.unit.wire.octets import message
from tests.unit.wire.vector_rows import Row, all_rows, name_of

FIXED = bytes.fromhex("04fc00005ac0000201")
"""Version, AS, hold time and identifier of an OPEN."""
SHORT = "a capability runs past the end of its parameter at octet 0"


@pytest.mark.rfc("5492", "4")
@pytest.mark.parametrize("row", all_rows("capability", "capability_or_optparams"), ids=name_of)
def test_a_capability_is_written_as_it_came(row: Row) -> None:
    """Octet for octet, understood or not; one that runs past the end is refused."""
    fault = expected(row.name, VALUE, None if row.expect.get("valid") else SHORT)
    if fault is not None:
        with pytest.raises(ValueError, match=fault):
            decode_capabilities(row.octets)
        return
    found = decode_capabilities(row.octets)
    assert b"".join(map(encode_capability, found)) == row.octets
    assert from_plain(tuple[Capability, ...], to_plain(found)) == found


@pytest.mark.rfc("5492", "4")
@pytest.mark.parametrize("row", all_rows("capability_value"), ids=name_of)
def test_the_value_of_a_capability_is_written_as_it_came(row: Row) -> None:
    """Behind code and length; a value that is not laid out as it should be is that of an unknown capability."""
    code = row.context.get("capability", 0)
    octets = bytes((code, len(row.octets))) + row.octets
    (found,) = decode_capabilities(octets)
    assert encode_capability(found) == octets
    assert (isinstance(found, UnknownCapability)) is (row.expect.get("valid") is False)
    assert repr(found) == expected(row.name, VALUE, repr(found))


@pytest.mark.rfc("5492", "3")
def test_a_value_alone_is_kept_as_that_of_an_unknown_capability() -> None:
    """What rustbgpd-0039 is: behind the code and the length that it lacks, it comes back."""
    (row,) = (row for row in all_rows(*CAPABILITIES) if row.name == "rustbgpd-0039")
    octets = bytes((200, len(row.octets))) + row.octets
    assert decode_capabilities(octets) == (UnknownCapability(200, row.octets),)
    assert encode_capability(UnknownCapability(200, row.octets)) == octets


@pytest.mark.rfc("4271", "4.2")
@pytest.mark.parametrize("row", all_rows("opt_params"), ids=name_of)
def test_optional_parameters_are_written_as_they_came(row: Row) -> None:
    """In an OPEN; capabilities that run past the end of their parameter are answered with 2/0."""
    octets = message(1, FIXED + bytes((len(row.octets),)) + row.octets)
    fault = expected(row.name, VALUE, None if row.expect.get("valid") else "2/0")
    if fault is None:
        assert encode_open(decode_open(octets, 19, len(octets))) == octets
        return
    with pytest.raises(OpenError) as caught:
        decode_open(octets, 19, len(octets))
    assert f"{caught.value.notification.code}/{caught.value.notification.subcode}" == fault
