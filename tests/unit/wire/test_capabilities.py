"""Capabilities: one after the other, known or not, each by its row."""

from typing import get_args

import pytest

from bgpkit.wire import decode_capabilities, encode_capability
from bgpkit.wire.capabilities import CAPABILITY_ROWS
from bgpkit_fsm import IPV4_UNICAST, Capability, MultiprotocolCapability, RouteRefreshCapability, UnknownCapability


def test_every_class_of_capability_has_one_row() -> None:
    """What the machine knows by name can be read and written; the code of the row is the key of the table."""
    kinds = [row.kind for row in CAPABILITY_ROWS.values()]
    assert {*kinds, UnknownCapability} == set(get_args(Capability))
    assert len(kinds) == len(set(kinds))
    assert {code: row.code for code, row in CAPABILITY_ROWS.items()} == {code: code for code in CAPABILITY_ROWS}


@pytest.mark.parametrize("code", [0, 4, 7, 8, 66, 67, 68, 72, 74, 76, 130, 255])
def test_an_unknown_capability_is_kept_octet_for_octet(code: int) -> None:
    """RFC 5492, section 4: what is not understood is no error."""
    raw = bytes((code, 3)) + b"abc"
    assert decode_capabilities(raw) == (UnknownCapability(code, b"abc"),)
    assert encode_capability(UnknownCapability(code, b"abc")) == raw


def test_several_capabilities_keep_their_order_and_repeats() -> None:
    """RFC 5492, section 4: a capability may come several times."""
    octets = bytes.fromhex("02 00 01 04 0001 0001 02 00")
    refresh = RouteRefreshCapability()
    assert decode_capabilities(octets) == (refresh, MultiprotocolCapability(IPV4_UNICAST), refresh)


@pytest.mark.parametrize("octets", ["01", "0104000100", "020041", "0904"])
def test_a_capability_beyond_its_parameter_is_an_error(octets: str) -> None:
    """The list of capabilities must end where the parameter ends."""
    with pytest.raises(ValueError, match="past the end"):
        decode_capabilities(bytes.fromhex(octets))


@pytest.mark.parametrize(
    "capability", [UnknownCapability(256, b""), UnknownCapability(-1, b""), UnknownCapability(1, bytes(256))]
)
def test_what_does_not_fit_is_refused(capability: Capability) -> None:
    """Code and length have one octet each."""
    with pytest.raises(ValueError, match="fit"):
        encode_capability(capability)
