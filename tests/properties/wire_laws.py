"""What holds for any octets that may be a message, whoever thinks them up: hypothesis, a fuzzer, a peer."""

import json
from collections.abc import Callable
from typing import TypeAlias, TypeVar

from bgpkit.errors import MessageError
from bgpkit.testing.strategies import mirrored
from bgpkit.wire import (
    ROWS,
    AnyMessage,
    AttributeInputs,
    Codec,
    FaultAction,
    MpReach,
    Nlri,
    OpaqueNlri,
    PathNlri,
    Update,
    UpdateContext,
    UpdateDecoder,
    UpdateMessage,
    decode_attributes,
)
from bgpkit.wire.plain import from_dict, to_dict
from bgpkit_fsm import Family
from bgpkit_rib import PathAttributes

T = TypeVar("T")
Route: TypeAlias = tuple[Family, int, bytes]
"""Family, Path Identifier and key."""


def check_message(context: UpdateContext, octets: bytes) -> str:
    """Assert that octets are read, all of them, and written again; or refused with a MessageError; say which.

    What is without faults comes back from its octets. Their form may be another: that is told, too.
    """
    try:
        found = Codec(context).decode(octets)
    except MessageError:
        return "refused"
    look_into(found)
    if isinstance(found, UpdateMessage) and found.faults:
        return "faults"
    written = Codec(mirrored(context)).encode(found)
    if len(written) != 1:
        return "too long in its canonical form"
    assert Codec(context).decode(written[0]) == found
    return "the same octets" if written[0] == octets else "a canonical form"


def look_into(found: AnyMessage) -> None:
    """Assert that all of a message can be read, for people and for machines."""
    assert str(found)
    assert from_dict(json.loads(json.dumps(to_dict(found), allow_nan=False))) == found
    if isinstance(found, UpdateMessage):
        assert str(found.path_attributes)
        assert all(family in ROWS for family, _ in (*found.announced, *found.unreachable))
        assert found.end_of_rib is None or not found.announced


def check_update(context: UpdateContext, body: bytes) -> str:
    """Assert that a RIB and a person read the same in the body of an UPDATE; say what it leads to."""
    decoder: UpdateDecoder[AttributeInputs] = UpdateDecoder(context, lambda inputs: inputs)
    octets = bytes(19) + body
    found, complaint = outcome(lambda: decoder.decode(octets, 19, len(octets)))
    message, other_complaint = outcome(lambda: Codec(context).decode_body(2, octets, 19, len(octets)))
    assert complaint == other_complaint
    if found is None or not isinstance(message, UpdateMessage):
        return "session reset"
    assert message.faults == tuple(found.faults)
    return _agree(context, found, message)


def outcome(read: Callable[[], T]) -> tuple[T | None, object]:
    """Return what is read, or why the session ends."""
    try:
        return read(), None
    except MessageError as error:
        return None, (str(error), error.notification)


def _agree(context: UpdateContext, found: Update[AttributeInputs], message: UpdateMessage) -> str:
    """Assert that keys and values tell the same routes; those of disabled families do not matter."""
    gone, came = _said(context, message, withdrawn=True), _said(context, message, withdrawn=False)
    gone_keys, came_keys = {route for each in gone for route in each}, {route for each in came for route in each}
    left = context.families.difference(found.disabled)
    told_gone = {(family, path_id, key) for family, keys, path_id in found.withdrawn for key in keys if family in left}
    if any(fault.action is FaultAction.WITHDRAW for fault in message.faults):
        assert (list(found.announced), told_gone) == ([], gone_keys | came_keys)
        return "treat-as-withdraw"
    assert told_gone == gone_keys - came_keys
    told = {
        (family, inputs.path_id, key, inputs.rest)
        for family, inputs, keys, _ in found.announced
        for key in keys
        if family in left
    }
    assert told == {(*route, rest) for each in came for route, rest in each.items()}
    end_of_rib = message.end_of_rib if message.end_of_rib in left else None
    assert found.disabled or found.end_of_rib == end_of_rib
    reach = any(isinstance(each.value, MpReach) for each in message.attributes)
    if len(message.announced) == 1 and not found.disabled and reach is not bool(message.nlri):
        for _, inputs, _, _ in found.announced:
            _attributes_agree(inputs, message.path_attributes)
    return "faults" if message.faults else "no fault"


def _said(context: UpdateContext, message: UpdateMessage, *, withdrawn: bool) -> list[dict[Route, bytes]]:
    """Return the routes of each field of a message, those of families that were not agreed on left out."""
    disabled = {fault.family for fault in message.faults if fault.action is FaultAction.DISABLE}
    return [
        _keyed(family, values, withdrawn=withdrawn)
        for family, values in (message.unreachable if withdrawn else message.announced)
        if family in context.families - disabled
    ]


def _keyed(family: Family, values: tuple[Nlri, ...], *, withdrawn: bool) -> dict[Route, bytes]:
    """Return the rest of each route by its key, as the family's row writes values; types not known are left out."""
    routes: dict[Route, bytes] = {}
    row = ROWS[family]
    for value in values:
        path_id, nlri = (value.path_id, value.nlri) if isinstance(value, PathNlri) else (0, value)
        if isinstance(nlri, OpaqueNlri):
            _, key, rest = row.frame(nlri.octets, 0, withdrawn)
        else:
            key, rest = row.encode(nlri)
        if key:
            routes[family, path_id, key] = b"" if withdrawn else rest
    return routes


def _attributes_agree(inputs: AttributeInputs, attributes: PathAttributes) -> None:
    """Assert that a block of attributes, and what the decision takes from it, are those of a message."""
    assert decode_attributes(inputs.raw) == attributes
    assert (inputs.origin, inputs.med, inputs.local_pref) == (attributes.origin, attributes.med, attributes.local_pref)
    path = attributes.as_path
    assert (inputs.as_path_length, inputs.neighbor_as) == (path.length, path.neighbor_as)
    assert inputs.communities == b"".join(each.to_bytes(4, "big") for each in attributes.communities)
    assert inputs.cluster_list == b"".join(each.packed for each in attributes.cluster_list)
    originator = attributes.originator_id
    assert inputs.originator_id == (None if originator is None else int(originator))


def check_nlri(family: Family, field: bytes, *, add_path: bool, withdrawn: bool) -> str:
    """Assert that an NLRI field makes sense as keys if and only if it does as values; say which."""
    row = ROWS[family]
    try:
        blocks, unknown = row.blocks(field, add_path=add_path, withdrawn=withdrawn)
    except ValueError:
        blocks, unknown = None, []
    try:
        values = row.nlri(field, add_path=add_path, withdrawn=withdrawn)
    except ValueError:
        values = None
    assert (blocks is None) is (values is None)
    if blocks is None or values is None:
        return "refused"
    keys = {(block.path_id, key) for block in blocks for key in block.keys}
    assert len(keys) + len(set(unknown)) <= len(values)
    assert all(map(str, values))
    written = b"".join(row.octets(values, add_path=add_path))
    assert row.nlri(written, add_path=add_path, withdrawn=withdrawn) == values
    return "read"
