"""No octets make the decoders do anything but decode or raise a MessageError; what they decode can be written again."""

import contextlib

from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from bgpkit.errors import MessageError
from bgpkit.testing import strategies as bgp
from bgpkit.wire import (
    ATTRIBUTE_ROWS,
    EXTENDED_MAXIMUM_LENGTH,
    ROWS,
    AttributeInputs,
    Codec,
    UpdateContext,
    UpdateDecoder,
    decode_attributes,
    decode_capabilities,
    decode_message,
    next_message,
)
from bgpkit_fsm import Family
from tests.properties.wire_laws import check_message, check_nlri
from tests.properties.wire_strategies import blocks, soups
from tests.unit.wire.octets import NEXT_HOP, ORIGIN, attribute, message, update
from tests.unit.wire.vector_rows import rows

MESSAGES = [row.octets for file in ("messages.jsonl", "malformed.jsonl") for row in rows(file)]
SESSIONS = [
    UpdateContext(families=frozenset(ROWS), four_octet_as=four_octet_as, internal=internal, disable_family=internal)
    for four_octet_as in (True, False)
    for internal in (True, False)
]

contexts = bgp.update_contexts()
nlri = st.binary(max_size=20) | st.just(b"\x18\x0a\0\0")
updates = st.builds(update, blocks, nlri, nlri)
damaged = bgp.mutated(st.sampled_from(MESSAGES))


def whatever_comes(context: UpdateContext) -> st.SearchStrategy[bytes]:
    """Draw octets that claim to be a message."""
    of_the_other = bgp.mutated(bgp.message_octets(bgp.mirrored(context)))
    bodies = st.builds(message, st.integers(0, 6), st.binary(max_size=100))
    return st.one_of(of_the_other, of_the_other, damaged, soups(context), updates, bodies, st.binary(max_size=60))


@settings(deadline=None, max_examples=200)
@given(contexts.flatmap(lambda context: st.tuples(st.just(context), whatever_comes(context))))
@example((UpdateContext(families=frozenset(), four_octet_as=True, internal=True), message(2, b"\0\0\0\0\xff")))
def test_what_is_read_can_be_written_again(came: tuple[UpdateContext, bytes]) -> None:
    """Any octets in any session are refused with a MessageError, or read; without faults they come back equal."""
    event(check_message(*came))


@settings(deadline=None, max_examples=60)
@given(contexts.flatmap(lambda context: st.tuples(st.just(context), bgp.octet_streams(bgp.mirrored(context)))))
def test_no_connection_does_anything_else(came: tuple[UpdateContext, bytes]) -> None:
    """What a peer sends is read message by message, up to what is refused."""
    context, stream = came
    length = 0
    with contextlib.suppress(MessageError):
        for found in Codec(context).decode_stream(stream):
            assert str(found)
            length = next_message(stream, length, len(stream), EXTENDED_MAXIMUM_LENGTH)
    assert length <= len(stream)


def decode_in_every_session(octets: bytes) -> None:
    """Decode an UPDATE in every kind of session, twice, and read all that came out."""
    for context in SESSIONS:
        decoder: UpdateDecoder[AttributeInputs] = UpdateDecoder(context, lambda inputs: inputs)
        for _ in range(2):
            with contextlib.suppress(MessageError):
                found = decoder.decode(octets, 19, len(octets))
                for family, inputs, keys, joined in found.announced:
                    decode_attributes(inputs.raw)
                    assert len(set(keys)) == len(keys)
                    assert joined is None or joined == b"".join(keys)
                    assert all(str(ROWS[family].decode(key, inputs.rest)) for key in keys)


@settings(deadline=None)
@given(updates)
@example(update(attribute(0x50, 2, (b"\2\xff" + b"\0\1" * 255) * 100) + ORIGIN + NEXT_HOP, b"\0"))
def test_no_update_does_anything_else(octets: bytes) -> None:
    """Made of attributes that are likely, or not."""
    decode_in_every_session(octets)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_body_does_anything_else(body: bytes) -> None:
    """Any octets at all, as the body of each kind of message, as the value of each attribute, as capabilities."""
    octets = message(2, body)
    decode_in_every_session(octets)
    for kind in (1, 3, 4, 5):
        with contextlib.suppress(MessageError):
            decode_message(kind, octets, 19, len(octets))
    for row in ATTRIBUTE_ROWS.values():
        if len(body) in row.lengths:
            with contextlib.suppress(ValueError):
                assert row.decode(body, SESSIONS[0]) is not None
    with contextlib.suppress(ValueError):
        decode_capabilities(body)


@settings(deadline=None, max_examples=50)
@given(bgp.families(), st.data())
def test_no_nlri_does_anything_else(family: Family, data: st.DataObject) -> None:
    """Any octets, and NLRI with some octets changed: values and keys agree on where the field makes no sense."""
    row = ROWS[family]
    sent = bgp.routes(family, add_path=False, min_size=1).map(lambda found: b"".join(row.octets(found, add_path=False)))
    mutated = bgp.mutated(sent.map(lambda field: bytes(19) + field)).map(lambda octets: octets[19:])
    field = data.draw(mutated | st.binary(max_size=40))
    event(check_nlri(family, field, add_path=data.draw(st.booleans()), withdrawn=data.draw(st.booleans())))


@settings(deadline=None)
@given(damaged)
def test_no_damaged_message_does_anything_else(octets: bytes) -> None:
    """Messages of many origins with some octets changed, inserted or lost."""
    if len(octets) > 18 and octets[18] == 2:
        decode_in_every_session(octets)


@settings(deadline=None)
@given(st.binary(max_size=60), st.integers(0, 5))
def test_no_stream_does_anything_else(stream: bytes, offset: int) -> None:
    """The framing finds a message within the octets, waits for more, or names the fault."""
    with contextlib.suppress(MessageError):
        stop = next_message(stream, offset, len(stream), 4096)
        assert stop == 0 or offset + 19 <= stop <= len(stream)
