"""bgpkit's ways through a stream: for a RIB, as messages, and the passes that these are made of."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeVar, cast

from benchmarks._codec_streams import as_it_is, bodies_of
from benchmarks._codec_work import (
    AGGREGATOR,
    AS_PATH,
    ATOMIC_AGGREGATE,
    COMMUNITIES,
    LARGE_COMMUNITIES,
    LOCAL_PREF,
    MED,
    MP_REACH,
    MP_UNREACH,
    NEXT_HOP,
    ORIGIN,
    Terms,
    Work,
    canonical_line,
    path_text,
)
from bgpkit.wire import (
    AttributeInputs,
    AttributeReader,
    Codec,
    MpReach,
    MpUnreach,
    Rewrite,
    UpdateContext,
    UpdateDecoder,
    UpdateMessage,
    decode_attributes,
    encode_announcements,
    rewrite,
)
from bgpkit_fsm import Family
from bgpkit_rib import Aggregator, AsPath, AsSegmentKind, Community, LargeCommunity, PathAttributes, Prefix

T = TypeVar("T")

_BODY: Final = 19
"""Where the body of a message starts. RFC 4271, section 4.1."""


def framing(messages: Sequence[bytes], terms: Terms) -> Work:
    """Find the messages in a stream of octets."""
    del terms
    stream = b"".join(messages)
    return Work(run=lambda: bodies_of(stream))


def hot_path(messages: Sequence[bytes], terms: Terms) -> Work:
    """Decode for a RIB, every block of attributes met for the first time."""
    stream, bodies = _stream(messages)
    decoder = UpdateDecoder(_context(terms), as_it_is)
    return Work(run=lambda: _decode_all(decoder, stream, bodies), lines=_lines_of_blocks)


def known_blocks(messages: Sequence[bytes], terms: Terms) -> Work:
    """Decode the same messages again, as after a route refresh."""
    stream, bodies = _stream(messages)
    decoder = UpdateDecoder(_context(terms), as_it_is)
    _decode_all(decoder, stream, bodies)
    return Work(run=lambda: _decode_all(decoder, stream, bodies))


def validating_pass(messages: Sequence[bytes], terms: Terms) -> Work:
    """Judge each block of attributes, as the hot path does."""
    reader = AttributeReader(_context(terms))
    blocks = _attribute_blocks(messages)

    def run() -> None:
        read_plain = reader.read_plain
        for block in blocks:
            read_plain(block)

    # It leaves alone the few whose AS path might hold AS number 0.
    assert sum(reader.read_plain(block) is None for block in blocks) <= len(blocks) // 1000
    return Work(run=run)


def any_block(messages: Sequence[bytes], terms: Terms) -> Work:
    """Judge each block of attributes by the pass that also knows what to do with one at fault."""
    reader = AttributeReader(_context(terms))
    blocks = _attribute_blocks(messages)

    def run() -> None:
        read = reader.read
        for block in blocks:
            read(block)

    return Work(run=run)


def reflection(messages: Sequence[bytes], terms: Terms) -> Work:
    """Add ORIGINATOR_ID and CLUSTER_LIST to each block of attributes."""
    blocks = [inputs.raw for _, inputs, _, _ in _announced(messages, terms)]
    change = Rewrite(originator_id=1, cluster_id=2)
    return Work(run=lambda: [rewrite(raw, change) for raw in blocks])


def from_keys(messages: Sequence[bytes], terms: Terms) -> Work:
    """Write announcements of keys, as to a peer that joins late."""
    announced = [(family, inputs.raw, keys) for family, inputs, keys, _ in _announced(messages, terms)]
    return Work(run=lambda: [encode_announcements(raw, family, keys) for family, raw, keys in announced])


def as_received(messages: Sequence[bytes], terms: Terms) -> Work:
    """Write announcements with the NLRI octets as they came, as to a peer that is there."""
    announced = [(family, inputs.raw, keys, nlri) for family, inputs, keys, nlri in _announced(messages, terms)]
    return Work(
        run=lambda: [encode_announcements(raw, family, keys, nlri=nlri) for family, raw, keys, nlri in announced]
    )


def messages_judged(messages: Sequence[bytes], terms: Terms) -> Work:
    """Decode to messages, whose fields become values when they are asked for."""
    decode = Codec(_context(terms)).decode
    return Work(run=lambda: _each(decode, messages), lines=lines)


def messages_read(messages: Sequence[bytes], terms: Terms) -> Work:
    """Decode to messages and make values of all their fields."""
    decode = Codec(_context(terms)).decode
    return Work(run=lambda: _each(lambda octets: _read(decode(octets)), messages))


def messages_written(messages: Sequence[bytes], terms: Terms) -> Work:
    """Decode to messages and write each as a line of text."""
    return Work(run=lambda: _each(len, lines(messages, terms)))


def messages_kept(messages: Sequence[bytes], terms: Terms) -> Work:
    """Decode to messages and keep them all, their fields not yet asked for."""
    decode = Codec(_context(terms)).decode
    return Work(run=lambda: [decode(octets) for octets in messages])


def values_kept(messages: Sequence[bytes], terms: Terms) -> Work:
    """Decode to messages, make values of all their fields and keep them all."""
    decode = Codec(_context(terms)).decode
    return Work(run=lambda: [_read(decode(octets)) for octets in messages])


def messages_encoded(messages: Sequence[bytes], terms: Terms) -> Work:
    """Write messages whose fields are values."""
    codec = Codec(_context(terms))
    encode = codec.encode
    values = [_read(codec.decode(octets)) for octets in messages]
    return Work(
        run=lambda: _each(encode, values),
        same=lambda: sum(encode(value) == [octets] for value, octets in zip(values, messages, strict=True)),
    )


def lines(messages: Sequence[bytes], terms: Terms) -> Iterator[str]:
    """Yield what each message says, field by field."""
    decode = Codec(_context(terms)).decode
    for octets in messages:
        message = _read(decode(octets))
        found = {attribute.code: attribute.value for attribute in message.attributes}
        reach, unreach = found.get(MP_REACH), found.get(MP_UNREACH)
        as_path, aggregator = found.get(AS_PATH), found.get(AGGREGATOR)
        yield canonical_line(
            announced=map(str, reach.nlri if isinstance(reach, MpReach) else message.nlri),
            withdrawn=map(str, unreach.nlri if isinstance(unreach, MpUnreach) else message.withdrawn),
            as_path=_path(as_path) if isinstance(as_path, AsPath) else "",
            origin=_number(found.get(ORIGIN)),
            next_hop=str(reach.next_hop[0] if isinstance(reach, MpReach) else found.get(NEXT_HOP, "")),
            med=_number(found.get(MED)),
            local_pref=_number(found.get(LOCAL_PREF)),
            atomic_aggregate=ATOMIC_AGGREGATE in found,
            aggregator=(aggregator.asn, aggregator.address) if isinstance(aggregator, Aggregator) else None,
            communities=_all_of(Community, found.get(COMMUNITIES)),
            large_communities=map(str, _all_of(LargeCommunity, found.get(LARGE_COMMUNITIES))),
        )


def _lines_of_blocks(messages: Sequence[bytes], terms: Terms) -> Iterator[str]:
    """Yield what the hot path makes of each message."""
    decoder = UpdateDecoder(_context(terms), as_it_is)
    width = 32 if terms.afi == 1 else 128
    for octets in messages:
        update = decoder.decode(octets, _BODY, len(octets))
        announced = [str(Prefix(key, width)) for _, _, keys, _ in update.announced for key in keys]
        withdrawn = [str(Prefix(key, width)) for _, keys, _ in update.withdrawn for key in keys]
        raw = update.announced[0][1].raw if update.announced else b""
        yield _line_of_route(announced, withdrawn, decode_attributes(raw))


def _line_of_route(announced: list[str], withdrawn: list[str], attributes: PathAttributes) -> str:
    aggregator = attributes.aggregator
    return canonical_line(
        announced=announced,
        withdrawn=withdrawn,
        as_path=_path(attributes.as_path),
        origin=attributes.origin,
        next_hop="" if attributes.next_hop is None else str(attributes.next_hop),
        med=attributes.med,
        local_pref=attributes.local_pref,
        atomic_aggregate=attributes.atomic_aggregate,
        aggregator=None if aggregator is None else (aggregator.asn, aggregator.address),
        communities=attributes.communities,
        large_communities=map(str, attributes.large_communities),
    )


def _path(as_path: AsPath) -> str:
    return path_text((segment.kind is AsSegmentKind.SET, segment.asns) for segment in as_path.segments)


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _all_of(kind: type[T], values: object) -> tuple[T, ...]:
    if not isinstance(values, tuple):
        return ()
    return tuple(value for value in cast("tuple[object, ...]", values) if isinstance(value, kind))


def _context(terms: Terms) -> UpdateContext:
    family = Family(terms.afi, 1)
    # The real table comes from an external peer, the others are as a route reflector's client sends them.
    return UpdateContext(families=frozenset({family}), four_octet_as=terms.four_octet_as, internal=terms.four_octet_as)


def _stream(messages: Sequence[bytes]) -> tuple[bytes, list[tuple[int, int]]]:
    stream = b"".join(messages)
    return stream, bodies_of(stream)


def _decode_all(decoder: UpdateDecoder[AttributeInputs], stream: bytes, bodies: list[tuple[int, int]]) -> None:
    decode = decoder.decode
    for start, end in bodies:
        decode(stream, start, end)


def _announced(
    messages: Sequence[bytes], terms: Terms
) -> list[tuple[Family, AttributeInputs, list[bytes], bytes | None]]:
    decoder = UpdateDecoder(_context(terms), as_it_is)
    stream, bodies = _stream(messages)
    return [decoder.decode(stream, start, end).announced[0] for start, end in bodies]


def _attribute_blocks(messages: Sequence[bytes]) -> list[bytes]:
    """Return the attributes of messages that withdraw nothing."""
    return [octets[_BODY + 4 : _BODY + 4 + int.from_bytes(octets[_BODY + 2 : _BODY + 4], "big")] for octets in messages]


def _each(action: Callable[[T], object], values: Iterable[T]) -> None:
    for value in values:
        action(value)


def _read(message: object) -> UpdateMessage:
    """Make values of all fields of a message."""
    assert isinstance(message, UpdateMessage)
    _ = message.withdrawn, message.attributes, message.nlri
    return message
