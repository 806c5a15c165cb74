"""Items printed for machines: one JSON object a line, in which every key is always there.

::

    {"kind": "message", "number": 1, "offset": 0, "packet": null, "record": null, "time": null, "from": null,
     "to": null, "type": "UPDATE", "length": 52, "message": {...}, "verdict": {...}, "octets": "ffff..."}

``message`` is what `bgpkit.wire.plain.to_dict` writes, null where only a session reset is left. ``verdict`` has
``action`` ("accept", "attribute-discard", "treat-as-withdraw", "afi-safi-disable", "session-reset"), ``faults`` and
``notification``. ``from`` and ``to`` have ``address``, ``port`` and ``as``. The other kinds, of MRT files, are
"state-change", "routes", "peer-index-table" and "record". Notes are not among them.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, assert_never, final

from bgpkit.command.items import (
    Dumped,
    DumpedAttributes,
    DumpedRoute,
    Endpoint,
    Heard,
    Item,
    Note,
    OtherRecord,
    StateChange,
    Time,
)
from bgpkit.command.verdict import Judged
from bgpkit.mrt import PeerIndexTable, UnknownRecord
from bgpkit.wire import ATTRIBUTE_ROWS, AttributeCode, AttributeFault
from bgpkit.wire.plain import Json, to_dict

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@final
class JsonOutput:
    """Prints one JSON object a line, and notes elsewhere."""

    def __init__(self, write: Callable[[str], object], note: Callable[[str], object]) -> None:
        """Print by calling ``write``, and ``note`` for what is no JSON."""
        self._write = write
        self._note = note
        self._number = 0

    def write(self, item: Item) -> None:
        """Print one item."""
        if isinstance(item, Note):
            self._note(item.text)
            return
        self._number += 1
        place = item.place
        line: dict[str, Json] = {
            "kind": "",
            "number": self._number,
            "offset": place.offset,
            "packet": place.packet,
            "record": place.record,
            "time": _time(place.time),
            "from": _endpoint(place.sender),
            "to": _endpoint(place.receiver),
        }
        self._write(f"{json.dumps(line | _object(item))}\n")


def _object(item: Heard | StateChange | Dumped | OtherRecord) -> dict[str, Json]:
    """Return what an item says."""
    match item:
        case Heard():
            return _message(item.judged)
        case StateChange():
            return {"kind": "state-change", "old": item.change.old_state, "new": item.change.new_state}
        case Dumped():
            return {
                "kind": "routes",
                "subtype": item.subtype,
                "family": str(item.family),
                "nlri": item.nlri,
                "routes": [_route(route) for route in item.routes],
            }
        case OtherRecord():
            return _record(item.record)
        case _:
            assert_never(item)


def _message(judged: Judged) -> dict[str, Json]:
    notification = judged.notification
    return {
        "kind": "message",
        "type": judged.type,
        "length": len(judged.octets),
        "message": None if judged.message is None else to_dict(judged.message),
        "verdict": {
            "action": "accept" if judged.action is None else judged.action.title,
            "faults": [_fault(fault) for fault in judged.faults],
            "notification": None if notification is None else to_dict(notification),
        },
        "octets": judged.octets.hex(),
    }


def _fault(fault: AttributeFault) -> Json:
    name = AttributeCode(fault.code).name if fault.code in ATTRIBUTE_ROWS else None
    return {
        "action": fault.action.title,
        "code": fault.code,
        "attribute": name,
        "text": fault.text,
        "section": fault.section,
        "octets": fault.octets.hex(),
    }


def _route(route: DumpedRoute) -> Json:
    own: dict[str, Json] = {
        "peer": _endpoint(route.peer),
        "heard": _time(route.originated),
        "path_id": route.path_id,
    }
    return own | _attributes(route.attributes)


@lru_cache(maxsize=1 << 14)
def _attributes(attributes: DumpedAttributes) -> dict[str, Json]:
    """Return what routes share that have the same attributes."""
    return {
        "attributes": [to_dict(attribute) for attribute in attributes.values],
        "faults": [_fault(fault) for fault in attributes.faults],
        "problem": attributes.problem or None,
        "octets": attributes.octets.hex(),
    }


def _record(record: PeerIndexTable | UnknownRecord) -> dict[str, Json]:
    if isinstance(record, UnknownRecord):
        return {"kind": "record", "type": record.type, "subtype": record.subtype, "octets": record.octets.hex()}
    return {
        "kind": "peer-index-table",
        "collector": str(record.collector_bgp_id),
        "view": record.view_name,
        "peers": [
            {"identifier": str(each.bgp_id), "address": str(each.address), "as": each.asn} for each in record.peers
        ],
    }


def _endpoint(endpoint: Endpoint | None) -> Json:
    return None if endpoint is None else {"address": endpoint.address, "port": endpoint.port, "as": endpoint.asn}


def _time(time: Time | None) -> Json:
    """Return a time in the form of ISO 8601, in UTC."""
    if time is None:
        return None
    when = _EPOCH + timedelta(seconds=time.seconds, microseconds=time.microseconds or 0)
    text = when.isoformat(timespec="seconds" if time.microseconds is None else "microseconds")
    return text.replace("+00:00", "Z")
