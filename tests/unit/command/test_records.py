"""The records of MRT files."""

import io

import pytest

from bgpkit.command.assumptions import Assumptions
from bgpkit.command.items import Dumped, Endpoint, Heard, Item, Note, OtherRecord, Place, StateChange, Time
from bgpkit.command.records import read_records
from bgpkit.command.source import Source
from bgpkit.errors import MrtError
from bgpkit_fsm import IPV4_UNICAST
from tests.unit.command.messages import AMBIGUOUS, AS_1, KEEPALIVE, NEXT_HOP, ORIGIN, ROUTE, update
from tests.unit.command.mrt_records import ATTRIBUTES, PEERS, TIME, bgp4mp, record, rib, state_change, table_dump


def read(octets: bytes, assumptions: Assumptions | None = None) -> list[Item]:
    """Return what the records of a file hold."""
    return list(read_records(Source(io.BytesIO(octets), "file"), assumptions or Assumptions()))


def text(item: Item) -> str:
    """Return the message of an item."""
    assert isinstance(item, Heard)
    return str(item.judged.message)


@pytest.mark.rfc("8050", "3")
def test_the_subtype_says_what_an_update_means() -> None:
    """The width of AS numbers and Path Identifiers are those of the record, whatever the user assumes."""
    file = b"".join(bgp4mp(AMBIGUOUS, subtype=subtype) for subtype in (4, 1, 9, 8))
    four, two, four_add_path, two_add_path = map(text, read(file, Assumptions(four_octet_as=True)))
    assert "AS_PATH 65538 33619971" in four
    assert "AS_PATH 1 2 3" in two
    assert "NLRI 0.0.0.0/0" in four
    assert "AS_PATH 65538 33619971" in four_add_path
    assert "NLRI 10.1.2.0/24 path-id 8" in two_add_path


def test_path_identifiers_that_the_subtype_does_not_tell_can_be_said() -> None:
    """Some collectors write them into the subtypes without."""
    (item,) = read(bgp4mp(AMBIGUOUS), Assumptions(add_path=frozenset({IPV4_UNICAST})))
    assert "NLRI 10.1.2.0/24 path-id 8" in text(item)


@pytest.mark.parametrize(
    ("peer_as", "internal", "faults"),
    [(64512, None, 0), (64513, None, 1), (0, None, 0), (64513, True, 0), (64512, False, 1)],
)
def test_the_as_numbers_tell_internal_from_external(peer_as: int, internal: bool | None, faults: int) -> None:
    """LOCAL_PREF of an external peer is discarded; what the user says counts more; an unknown AS is no AS."""
    octets = update(ORIGIN + AS_1 + NEXT_HOP + bytes.fromhex("40050400000064"), ROUTE)
    (item,) = read(bgp4mp(octets, peer_as=peer_as), Assumptions(internal=internal))
    assert isinstance(item, Heard)
    assert len(item.judged.faults) == faults


def test_a_message_has_its_record_and_both_ends() -> None:
    """A message that the collector has sent goes the other way."""
    heard, told = read(bgp4mp(KEEPALIVE) + record(16, 7, bgp4mp(KEEPALIVE)[12:]))
    peer, local = Endpoint("192.0.2.1", asn=64512), Endpoint("192.0.2.2", asn=64512)
    assert isinstance(heard, Heard)
    assert heard.place == Place(record=1, time=Time(TIME), sender=peer, receiver=local)
    assert isinstance(told, Heard)
    assert told.place == Place(record=2, time=Time(TIME), sender=local, receiver=peer)


def test_a_state_change_is_one() -> None:
    """In BGP4MP_ET with microseconds."""
    (item,) = read(state_change(5, 6))
    assert isinstance(item, StateChange)
    assert (item.change.old_state, item.change.new_state, item.place.time) == (5, 6, Time(TIME, 250_000))


def test_dumped_routes_have_their_peer_and_attributes() -> None:
    """Routes with the same attributes share them; a peer that is not in the table is none."""
    table, item = read(PEERS + rib((0, ATTRIBUTES), (0, ATTRIBUTES), (7, ATTRIBUTES)))
    assert isinstance(table, OtherRecord)
    assert isinstance(item, Dumped)
    assert (item.subtype, item.family, item.nlri) == ("RIB_IPV4_UNICAST", IPV4_UNICAST, "10.0.0.0/8")
    first, second, third = item.routes
    assert (first.peer, third.peer) == (Endpoint("192.0.2.2", asn=64512), None)
    assert first.attributes is second.attributes
    assert list(map(str, first.attributes.values)) == ["ORIGIN igp", "AS_PATH 1", "NEXT_HOP 192.0.2.1"]
    assert (first.originated, first.path_id, first.attributes.octets) == (Time(TIME), None, ATTRIBUTES)


def test_an_old_dump_has_2_octet_as_numbers() -> None:
    """They are shown as the numbers that they are. RFC 6396, section 4.2."""
    (item,) = read(table_dump(ORIGIN + bytes.fromhex("40020402010050") + NEXT_HOP))
    assert isinstance(item, Dumped)
    assert (item.subtype, item.nlri) == ("AFI_IPV4", "10.0.0.0/8")
    assert "AS_PATH 80" in map(str, item.routes[0].attributes.values)


def test_attributes_that_cannot_stand_are_shown_with_the_reason() -> None:
    """As far as they can be read."""
    broken, fatal = ORIGIN + AS_1 + bytes.fromhex("400302c000"), ORIGIN[:-1]
    _, item = read(PEERS + rib((0, broken), (0, fatal)))
    assert isinstance(item, Dumped)
    first, second = (route.attributes for route in item.routes)
    assert "NEXT_HOP" in first.problem
    assert list(map(str, first.values))[:2] == ["ORIGIN igp", "AS_PATH 1"]
    assert second.problem
    assert second.values == ()


def test_a_malformed_record_is_told_and_the_next_one_read() -> None:
    """Its octets cannot be read as what they should be."""
    good = bgp4mp(KEEPALIVE)
    first, second, third, fourth = read(good + record(16, 4, b"\0") + good + record(13, 1, b""))
    assert isinstance(first, Heard)
    assert isinstance(second, Note)
    assert second.unreadable
    assert second.text.startswith("record 2, at octet 51: ")
    assert isinstance(third, Heard)
    assert third.place.record == 3
    assert isinstance(fourth, Note)
    assert fourth.unreadable


def test_a_message_without_a_whole_header_is_told() -> None:
    """There is nothing to judge."""
    (item,) = read(bgp4mp(KEEPALIVE[:12]))
    assert item == Note("record 1: a message of 12 octets has no whole header", unreadable=True)


def test_what_is_neither_is_kept_as_it_is() -> None:
    """An OSPF record, say."""
    (item,) = read(record(11, 0, b"ospf"))
    assert isinstance(item, OtherRecord)


def test_a_file_that_is_cut_short_is_an_error_behind_what_is_there() -> None:
    """MrtError names the record and the octet."""
    found: list[Item] = []
    with pytest.raises(MrtError, match="record 2, at octet 51: "):
        found.extend(read_records(Source(io.BytesIO((bgp4mp(KEEPALIVE) * 2)[:-3]), "file"), Assumptions()))
    assert len(found) == 1
