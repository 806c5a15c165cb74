"""Whole messages, of real peers and of the tests of others, come back octet for octet, through JSON as well."""

import json

import pytest

from bgpkit.wire import AnyMessage, AttributeFault, UpdateMessage, encode_attribute_list
from bgpkit.wire.plain import from_dict, to_dict
from bgpkit_fsm import Keepalive, Notification, Open, RouteRefresh
from tests.conformance.vectors.exceptions import NOTIFICATION, OCTETS, expected
from tests.conformance.vectors.kinds import OTHER_MESSAGES, UPDATE
from tests.conformance.vectors.sessions import outcomes
from tests.unit.wire.vector_rows import Row, all_rows, name_of

OTHERS = all_rows(*OTHER_MESSAGES)


@pytest.mark.rfc("4271", "6")
@pytest.mark.parametrize("row", OTHERS, ids=name_of)
def test_another_message_is_accepted_or_refused_as_the_rfcs_ask_for(row: Row) -> None:
    """OPEN, NOTIFICATION, KEEPALIVE and ROUTE-REFRESH mean the same in every session; a refusal names the fault."""
    for each in [each for session in outcomes(row) for each in session]:
        assert each.action in row.actions
        if each.error is not None:
            sent = each.error.notification
            assert f"{sent.code}/{sent.subcode}" == expected(row.name, NOTIFICATION, row.notification)


@pytest.mark.rfc("4271", "4")
@pytest.mark.parametrize("row", all_rows(*UPDATE) + OTHERS, ids=name_of)
def test_a_message_is_written_as_it_came(row: Row) -> None:
    """Whatever is decoded is encoded again octet for octet: at once, and from nothing but the text of its JSON.

    That holds for messages with faults as well, up to where the list of attributes cannot be read on.
    """
    for each in [each for session in outcomes(row) for each in session]:
        message, codec = each.message, each.codec
        if message is None:
            assert each.error is not None
            continue
        again = _through_json(message)
        if isinstance(message, UpdateMessage) and (rest := _cut_off(message)) is not None:
            assert _attributes(row) == encode_attribute_list(message.attributes, codec.context) + rest
        else:
            written = codec.encode(message)
            assert _difference(row.octets, written) == expected(row.name, OCTETS, "")
            assert codec.encode(again) == written


def _through_json(message: AnyMessage) -> AnyMessage:
    """Return the message that the text of its JSON gives back, which is equal and has the same faults."""
    again = from_dict(json.loads(json.dumps(to_dict(message), allow_nan=False)))
    assert isinstance(again, UpdateMessage | Open | Notification | Keepalive | RouteRefresh)
    assert again == message
    if isinstance(message, UpdateMessage) and isinstance(again, UpdateMessage):
        assert again.faults == message.faults
    return again


def _difference(octets: bytes, written: list[bytes]) -> str:
    """Return the octets of one message that differ, by number: nothing when it is the same."""
    assert list(map(len, written)) == [len(octets)]
    pairs = zip(octets, written[0], strict=True)
    differing = [(place, was, now) for place, (was, now) in enumerate(pairs) if was != now]
    return ", ".join(f"octet {place}: {was:02x} -> {now:02x}" for place, was, now in differing)


def _cut_off(message: UpdateMessage) -> bytes | None:
    """Return what is left of the attributes where one runs past their end; None where none does."""
    faults: list[AttributeFault] = [each for each in message.faults if each.section == "RFC 7606, section 4"]
    return faults[-1].octets if faults else None


def _attributes(row: Row) -> bytes:
    """Return the Path Attributes field of an UPDATE. RFC 4271, section 4.3."""
    start = 21 + int.from_bytes(row.octets[19:21], "big")
    return row.octets[start + 2 : start + 2 + int.from_bytes(row.octets[start : start + 2], "big")]
