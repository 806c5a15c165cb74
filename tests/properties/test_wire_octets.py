"""No octets make the decoders do anything but decode or raise a MessageError."""

import contextlib

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bgpkit.errors import MessageError
from bgpkit.wire import AttributeInputs, UpdateContext, UpdateDecoder, decode_attributes, decode_message, next_message
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST
from bgpkit_rib import Prefix
from tests.properties.wire_strategies import blocks
from tests.unit.wire.octets import NEXT_HOP, ORIGIN, attribute, message, update
from tests.unit.wire.vector_rows import rows

SESSIONS = [(four_octet_as, internal) for four_octet_as in (True, False) for internal in (True, False)]
MESSAGES = [row.octets for file in ("messages.jsonl", "malformed.jsonl") for row in rows(file)]
FAMILIES = frozenset({IPV4_UNICAST, IPV6_UNICAST})

nlri = st.binary(max_size=20) | st.just(b"\x18\x0a\0\0")
updates = st.builds(update, blocks, nlri, nlri)


def decode_in_every_session(octets: bytes) -> None:
    """Decode an UPDATE in every kind of session, twice, and read all that came out."""
    for four_octet_as, internal in SESSIONS:
        context = UpdateContext(families=FAMILIES, four_octet_as=four_octet_as, internal=internal)
        decoder: UpdateDecoder[AttributeInputs] = UpdateDecoder(context, lambda inputs: inputs)
        for _ in range(2):
            with contextlib.suppress(MessageError):
                found = decoder.decode(octets, 19, len(octets))
                for family, inputs, keys, joined in found.announced:
                    decode_attributes(inputs.raw)
                    assert len(set(keys)) == len(keys)
                    assert joined is None or joined == b"".join(keys)
                    assert all(Prefix.from_key(key, 32 if family == IPV4_UNICAST else 128) for key in keys)


@settings(deadline=None)
@given(updates)
@example(update(attribute(0x50, 2, (b"\2\xff" + b"\0\1" * 255) * 100) + ORIGIN + NEXT_HOP, b"\0"))
def test_no_update_does_anything_else(octets: bytes) -> None:
    """Made of attributes that are likely, or not."""
    decode_in_every_session(octets)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_body_does_anything_else(body: bytes) -> None:
    """Any octets at all, as the body of each kind of message."""
    octets = message(2, body)
    decode_in_every_session(octets)
    for kind in (1, 3, 4, 5):
        with contextlib.suppress(MessageError):
            decode_message(kind, octets, 19, len(octets))


@settings(deadline=None)
@given(st.data())
def test_no_damaged_message_does_anything_else(data: st.DataObject) -> None:
    """Messages of many origins with some octets changed, inserted or lost."""
    octets = bytearray(data.draw(st.sampled_from(MESSAGES)))
    for place, octet in data.draw(st.lists(st.tuples(st.integers(19, 4096), st.integers(0, 255)), max_size=4)):
        if place < len(octets):
            octets[place] = octet
    octets = octets[: data.draw(st.integers(19, max(19, len(octets))))]
    if octets[18] == 2:
        decode_in_every_session(bytes(octets))
    elif octets[18] in {1, 3, 4, 5}:
        with contextlib.suppress(MessageError):
            decode_message(octets[18], bytes(octets), 19, len(octets))


@settings(deadline=None)
@given(st.binary(max_size=60), st.integers(0, 5))
def test_no_stream_does_anything_else(stream: bytes, offset: int) -> None:
    """The framing finds a message within the octets, waits for more, or names the fault."""
    with contextlib.suppress(MessageError):
        stop = next_message(stream, offset, len(stream), 4096)
        assert stop == 0 or offset + 19 <= stop <= len(stream)
