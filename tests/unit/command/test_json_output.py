"""What machines see."""

import io
import json
from typing import TypeAlias

from bgpkit.command.assumptions import Assumptions
from bgpkit.command.items import Endpoint, Heard, Item, Note, Place, Time
from bgpkit.command.json_output import JsonOutput
from bgpkit.command.records import read_records
from bgpkit.command.source import Source
from bgpkit.command.verdict import judge
from bgpkit.wire.plain import from_dict
from tests.unit.command.messages import FATAL, FAULTY, KEEPALIVE, PLAIN
from tests.unit.command.mrt_records import ATTRIBUTES, PEERS, record, rib, state_change

Object: TypeAlias = dict[str, "Object | list[Object] | str | int | bool | None"]
KEYS = ["kind", "number", "offset", "packet", "record", "time", "from", "to"]


def printed(*items: Item) -> tuple[list[Object], list[str]]:
    """Return the objects that are printed, and the notes."""
    lines: list[str] = []
    notes: list[str] = []
    output = JsonOutput(lines.append, notes.append)
    for item in items:
        output.write(item)
    assert all(line.endswith("\n") and line.count("\n") == 1 for line in lines)
    return [json.loads(line) for line in lines], notes


def heard(octets: bytes, place: Place) -> Heard:
    """Return a message under the usual terms."""
    return Heard(place, judge(Assumptions().codec(), octets))


def test_a_message_is_one_object_with_all_keys() -> None:
    """What is not known is null; notes stand elsewhere."""
    (found,), notes = printed(Note("a note"), heard(KEEPALIVE, Place(offset=7)))
    assert notes == ["a note"]
    assert found == {
        "kind": "message",
        "number": 1,
        "offset": 7,
        "packet": None,
        "record": None,
        "time": None,
        "from": None,
        "to": None,
        "type": "KEEPALIVE",
        "length": 19,
        "message": {"type": "keepalive"},
        "verdict": {"action": "accept", "faults": [], "notification": None},
        "octets": "ff" * 16 + "001304",
    }


def test_a_place_is_written_out() -> None:
    """Ends are objects, times are in UTC by ISO 8601."""
    one, other = Endpoint("2001:db8::1", 179), Endpoint("192.0.2.2", asn=64512)
    (first, second), _ = printed(
        heard(KEEPALIVE, Place(packet=3, time=Time(1, 20), sender=one, receiver=other)),
        heard(KEEPALIVE, Place(record=4, time=Time(1))),
    )
    assert first["from"] == {"address": "2001:db8::1", "port": 179, "as": None}
    assert first["to"] == {"address": "192.0.2.2", "port": None, "as": 64512}
    assert (first["packet"], first["time"]) == (3, "1970-01-01T00:00:01.000020Z")
    assert (second["number"], second["record"], second["time"]) == (2, 4, "1970-01-01T00:00:01Z")


def test_the_message_is_what_from_dict_reads() -> None:
    """An equal value comes back."""
    item = heard(PLAIN, Place(offset=0))
    (found,), _ = printed(item)
    assert from_dict(found["message"]) == item.judged.message


def test_a_verdict_tells_action_section_and_octets() -> None:
    """For what the session survives, and for what it does not."""
    (faulty, fatal), _ = printed(heard(FAULTY, Place()), heard(FATAL, Place()))
    assert faulty["verdict"] == {
        "action": "treat-as-withdraw",
        "faults": [
            {
                "action": "treat-as-withdraw",
                "code": 8,
                "attribute": "COMMUNITIES",
                "text": "COMMUNITIES of 3 octets",
                "section": "RFC 7606, section 7.8",
                "octets": "c00803010203",
            }
        ],
        "notification": None,
    }
    assert fatal["message"] is None
    verdict = fatal["verdict"]
    assert isinstance(verdict, dict)
    assert verdict["action"] == "session-reset"
    assert verdict["notification"] == {"type": "notification", "code": 3, "subcode": 10, "data": ""}
    (fault,) = verdict["faults"] if isinstance(verdict["faults"], list) else []
    assert (fault["attribute"], fault["section"]) == (None, "RFC 7606, section 5.3")


def test_each_kind_of_record_has_its_keys() -> None:
    """State changes, routes, the table of peers, and records of other types."""
    octets = PEERS + rib((0, ATTRIBUTES)) + state_change(5, 6) + record(11, 0, b"ospf")
    found, _ = printed(*read_records(Source(io.BytesIO(octets), "file"), Assumptions()))
    assert all(list(each)[: len(KEYS)] == KEYS for each in found)
    table, routes, change, other = ({key: each[key] for key in each if key not in KEYS[1:]} for each in found)
    assert table == {
        "kind": "peer-index-table",
        "collector": "192.0.2.9",
        "view": "view",
        "peers": [{"identifier": "192.0.2.1", "address": "192.0.2.2", "as": 64512}],
    }
    assert change == {"kind": "state-change", "old": 5, "new": 6}
    assert other == {"kind": "record", "type": 11, "subtype": 0, "octets": b"ospf".hex()}
    listed = routes.pop("routes")
    assert routes == {"kind": "routes", "subtype": "RIB_IPV4_UNICAST", "family": "ipv4-unicast", "nlri": "10.0.0.0/8"}
    (route,) = listed if isinstance(listed, list) else []
    values = route.pop("attributes")
    assert route == {
        "peer": {"address": "192.0.2.2", "port": None, "as": 64512},
        "heard": "2002-07-23T00:05:51Z",
        "path_id": None,
        "faults": [],
        "problem": None,
        "octets": ATTRIBUTES.hex(),
    }
    assert isinstance(values, list)
    assert [each["name"] for each in values] == ["ORIGIN", "AS_PATH", "NEXT_HOP"]
