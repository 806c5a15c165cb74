"""NLRI without the message around them, of several families, and some parts of NLRI."""

import json
from collections.abc import Callable
from typing import Final

import pytest

from bgpkit.wire import ROWS, FamilyRow
from bgpkit.wire.families.ethernet_segment import EthernetSegmentIdentifier
from bgpkit.wire.families.label_stack import read_label_stack, write_label_stack
from bgpkit.wire.plain import from_dict, to_dict
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import RouteDistinguisher
from tests.conformance.vectors.exceptions import VALUE, expected
from tests.conformance.vectors.kinds import NLRI
from tests.unit.wire.vector_rows import Row, all_rows, name_of

FAMILIES: Final = {
    "ipv4-unicast": IPV4_UNICAST,
    "ipv6-unicast": IPV6_UNICAST,
    "ipv6_unicast": IPV6_UNICAST,
    "ipv4_labeled_unicast": Family(1, 4),
    "ipv6_labeled_unicast": Family(2, 4),
    "ipv4_mpls_vpn": Family(1, 128),
    "ipv6_mpls_vpn": Family(2, 128),
    "bgpls": Family(16388, 71),
    "blgls_epe": Family(16388, 71),
}
"""The names that the sources give to families."""
LABELED: Final = frozenset({"bio-rd-0126", "bio-rd-0127"})
"""Nothing but their titles says that there are labels in them."""
WITHDRAWN: Final = frozenset({"yabgp-0021"})
"""Likewise that they are withdrawn."""
PARTS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "EVPN.parse_esi": lambda octets: EthernetSegmentIdentifier(octets).octets,
    "MPLSVPN.parse_mpls_label_stack": lambda octets: write_label_stack(read_label_stack(octets)),
    "MPLSVPN.parse_rd": lambda octets: RouteDistinguisher(octets).octets,
}
"""What is only a part of an NLRI, by the function that reads it in the source: from octets to a value and back."""

ALL = all_rows(*NLRI)


@pytest.mark.parametrize("row", [row for row in ALL if row.expect.get("valid")], ids=name_of)
def test_nlri_are_written_as_they_came(row: Row) -> None:
    """Octet for octet, at once and through JSON; what is only a part of an NLRI from its value."""
    part = PARTS.get(row.context.get("peer_call", ""))
    if part is not None:
        assert part(row.octets) == row.octets
        return
    family, withdrawn = family_of(row), row.name in WITHDRAWN
    add_path = row.context.get("addpath") is True
    left = bytes.fromhex(expected(row.name, VALUE, "") or "")
    octets = row.octets.removesuffix(left)
    values = family.nlri(octets, add_path=add_path, withdrawn=withdrawn)
    again = [from_dict(json.loads(json.dumps(to_dict(value), allow_nan=False))) for value in values]
    assert again == list(values)
    for each in (values, again):
        assert b"".join(family.octets(each, add_path=add_path)) + left == row.octets


@pytest.mark.parametrize("row", [row for row in ALL if row.expect.get("valid") is False], ids=name_of)
def test_nlri_that_cannot_be_cut_are_refused(row: Row) -> None:
    """With and without path identifiers where nobody says which it is."""
    said = row.context.get("addpath")
    for add_path in (True, False) if said is None else (said is True,):
        with pytest.raises(ValueError, match="octet"):
            family_of(row).nlri(row.octets, add_path=add_path, withdrawn=False)


def test_what_follows_an_nlri_is_not_of_it() -> None:
    """The octets that the exceptions leave over are behind the end that the length of the NLRI says."""
    for row in [row for row in ALL if expected(row.name, VALUE, None)]:
        stop, key, _ = family_of(row).frame(row.octets, 0, False)
        assert key
        assert row.octets[stop:].hex() == expected(row.name, VALUE, None)


def family_of(row: Row) -> FamilyRow:
    """Return the family that a row's source says, IPv4 unicast where it says nothing."""
    name = row.context.get("family") or row.context.get("family_hint") or "ipv4-unicast"
    return ROWS[FAMILIES["ipv4_labeled_unicast" if row.name in LABELED else name]]
