"""Attributes, lists of them and values alone, each in an UPDATE that has besides what it must have."""

import json

import pytest

from bgpkit.errors import UpdateError
from bgpkit.wire import ATTRIBUTE_ROWS, AnyMessage, UpdateMessage, encode_attribute_list
from bgpkit.wire.attributes.code import EXTENDED_LENGTH, OPTIONAL_TRANSITIVE
from bgpkit.wire.plain import from_dict, to_dict
from tests.conformance.vectors.exceptions import ACTION, NOTIFICATION, expected
from tests.conformance.vectors.kinds import ATTRIBUTES
from tests.conformance.vectors.sessions import Outcome, add_path_of, codec_of, outcome
from tests.unit.wire.octets import NEXT_HOP, NLRI, ORIGIN, attribute, update
from tests.unit.wire.vector_rows import Row, all_rows, name_of

ROWS = all_rows(*ATTRIBUTES)
MANDATORY = {1: ORIGIN, 2: bytes.fromhex("400200"), 3: NEXT_HOP}
MP = frozenset({14, 15})


@pytest.mark.rfc("7606", "7")
@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_an_attribute_leads_to_the_action_that_the_rfcs_ask_for(row: Row) -> None:
    """Action, attribute and subcode of the NOTIFICATION are those of a reading of RFC 7606; octets are kept."""
    wanted = expected(row.name, NOTIFICATION, row.notification)
    for each in _outcomes(row):
        assert each.action == expected(row.name, ACTION, *row.actions)
        assert _said(each) == ([(wanted, _code(row))] if wanted else [])


@pytest.mark.rfc("4271", "4.3")
@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_an_attribute_is_written_as_it_came(row: Row) -> None:
    """Octet for octet, at once and through JSON; one that runs past the end is kept by the fault instead."""
    for each in _outcomes(row):
        if each.message is None:
            assert each.action == "session-reset"
            continue
        again = _through_json(each.message)
        assert again == each.message
        assert isinstance(again, UpdateMessage)
        context = each.codec.context
        cut = [fault.octets for fault in again.faults if fault.section == "RFC 7606, section 4"]
        for message in (each.message, again):
            assert isinstance(message, UpdateMessage)
            assert encode_attribute_list(message.attributes, context) + b"".join(cut) == _list(row)
        assert each.codec.encode(again) == [_update(row)] or cut


def _said(each: Outcome) -> list[tuple[str, int]]:
    """Return code and subcode of the NOTIFICATION, and the attribute, of each fault."""
    if isinstance(each.error, UpdateError):
        sent = each.error.notification
        return [(f"{sent.code:d}/{sent.subcode:d}", each.error.attribute)]
    faults = each.message.faults if isinstance(each.message, UpdateMessage) else ()
    assert all(fault.octets and fault.text and fault.section for fault in faults)
    return [(f"3/{fault.subcode:d}", int(fault.code)) for fault in faults]


def _code(row: Row) -> int:
    """Return the type code of the attribute at fault; 0 where it is the list."""
    facts = row.expect.get("rfc_notification") or {}
    return facts.get("attr") or row.context.get("attr_type") or 0


def _outcomes(row: Row) -> list[Outcome]:
    """Return what internal sessions make of a row, one for each size that AS numbers may have."""
    as4 = row.context.get("as4")
    codecs = [
        codec_of(four_octet_as, internal=True, add_path=add_path_of(row.context))
        for four_octet_as in ([True, False] if as4 is None else [as4])
    ]
    return [outcome(codec, _update(row)) for codec in codecs]


def _update(row: Row) -> bytes:
    return update(_list(row), b"" if MP.intersection(_codes(_own(row))) else NLRI)


def _list(row: Row) -> bytes:
    """Return the attributes that must be there and are not of the row, then those of the row."""
    own = _own(row)
    codes = _codes(own)
    return b"".join(octets for code, octets in MANDATORY.items() if code not in codes) + own


def _own(row: Row) -> bytes:
    """Return the attributes of a row, flags to value; those of a value alone are the usual ones."""
    code = row.context.get("attr_type")
    if code is None:
        return row.octets
    flags = ATTRIBUTE_ROWS[code].flags if code in ATTRIBUTE_ROWS else OPTIONAL_TRANSITIVE
    return attribute(flags, code, row.octets)


def _codes(octets: bytes) -> list[int]:
    """Return the type codes of a list, as far as it can be read."""
    found: list[int] = []
    offset = 0
    while offset + 1 < len(octets):
        size = 2 if octets[offset] & EXTENDED_LENGTH else 1
        found.append(octets[offset + 1])
        offset += 2 + size + int.from_bytes(octets[offset + 2 : offset + 2 + size], "big")
    return found


def _through_json(message: AnyMessage) -> object:
    return from_dict(json.loads(json.dumps(to_dict(message), allow_nan=False)))
