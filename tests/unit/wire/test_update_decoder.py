"""UPDATEs decoded: into the blocks that they say, how blocks are shared, what ends a RIB."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import TypeAlias

import pytest

from bgpkit.errors import UpdateError
from bgpkit.wire import (
    ROWS,
    AttributeInputs,
    Codec,
    FaultAction,
    Nlri,
    PathNlri,
    UpdateContext,
    UpdateDecoder,
    UpdateMessage,
    decode_attributes,
)
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import PathAttributes
from tests.conformance.vectors.sessions import outcomes
from tests.unit.wire.octets import (
    AS_PATH,
    MANDATORY,
    NEXT_HOP,
    NLRI,
    ORIGIN,
    V6_NLRI,
    attribute,
    decode,
    decoder,
    mp_reach,
    mp_unreach,
    update,
)
from tests.unit.wire.vector_rows import Row, all_rows, name_of

Keys: TypeAlias = dict[tuple[Family, int, bytes], bytes]
"""What stands beside a key, by family, Path Identifier and key."""


@cache
def decoder_of(codec: Codec) -> UpdateDecoder[AttributeInputs]:
    """Return the decoder of the same session, which has seen other messages before."""
    return UpdateDecoder(codec.context, lambda inputs: inputs)


def keys_of(routes: Iterable[tuple[Family, tuple[Nlri, ...]]]) -> Keys:
    """Return the keys of the values that a message holds."""
    found: Keys = {}
    for family, nlri in routes:
        for each in nlri:
            path_id, value = (each.path_id, each.nlri) if isinstance(each, PathNlri) else (0, each)
            key, rest = ROWS[family].encode(value)
            found[family, path_id, key] = rest
    return found


@pytest.mark.parametrize("row", all_rows("update"), ids=name_of)
def test_the_blocks_say_what_the_message_says(row: Row) -> None:
    """Keys with what is beside them, attributes, End-of-RIB and faults are those of the message as a value.

    What the message says is compared with other decoders in `tests/conformance/vectors`.
    """
    for each in [each for session in outcomes(row) for each in session if each.message is not None]:
        message = each.message
        assert isinstance(message, UpdateMessage)
        found = decoder_of(each.codec).decode(row.octets, 19, len(row.octets))
        came, gone = keys_of(message.announced), set(keys_of(message.unreachable))
        if any(fault.action is FaultAction.WITHDRAW for fault in message.faults):
            came, gone = {}, gone.union(came)
        announced = [(family, made, key) for family, made, keys, _ in found.announced for key in keys]
        assert {(family, made.path_id, key): made.rest for family, made, key in announced} == came
        assert {(family, path_id, key) for family, keys, path_id in found.withdrawn for key in keys} == gone - set(came)
        assert (found.end_of_rib, tuple(found.faults)) == (message.end_of_rib, message.faults)
        for family, inputs, _, _ in found.announced:
            values = decode_attributes(inputs.raw)
            assert values == attributes_for(message, family)
            assert (inputs.med, inputs.local_pref, inputs.origin) == (values.med, values.local_pref, values.origin)
            assert (inputs.as_path_length, inputs.neighbor_as) == (values.as_path.length, values.as_path.neighbor_as)


def attributes_for(message: UpdateMessage, family: Family) -> PathAttributes:
    """Return the attributes of the routes of a family: those of the body have another next hop than MP_REACH_NLRI."""
    if family == IPV4_UNICAST and message.nlri:
        message = replace(message, attributes=tuple(each for each in message.attributes if each.code != 14))
    return message.path_attributes


def test_equal_blocks_give_the_very_same_object() -> None:
    """In the body, in MP_REACH_NLRI, with a fault, and from a 2-octet speaker: each block is made once."""
    made: list[AttributeInputs] = []

    def make(inputs: AttributeInputs) -> AttributeInputs:
        made.append(inputs)
        return inputs

    families = frozenset({IPV4_UNICAST, IPV6_UNICAST})
    old_path = attribute(0x40, 2, bytes.fromhex("0201fc00"))
    for block, nlri, four_octet_as in [
        (MANDATORY, NLRI, True),
        (mp_reach() + ORIGIN + AS_PATH, b"", True),
        (ORIGIN + AS_PATH + mp_reach(), b"", True),
        (MANDATORY + attribute(0x40, 6, b"x"), NLRI, True),
        (ORIGIN + old_path + NEXT_HOP, NLRI, False),
    ]:
        context = UpdateContext(families=families, four_octet_as=four_octet_as, internal=True)
        shared = UpdateDecoder(context, make)
        made.clear()
        octets = update(block, nlri)
        first, second = (shared.decode(octets, 19, len(octets)).announced[0] for _ in range(2))
        assert first[1] is second[1]
        assert len(made) == 1
        shared.clear()
        assert shared.decode(octets, 19, len(octets)).announced[0][1] is not first[1]


def test_what_is_known_of_a_block_does_not_depend_on_what_is_beside_it() -> None:
    """A block that was seen with routes is read the same with withdrawn routes beside it."""
    shared = decoder()
    for withdrawn in (b"", b"\x08\x0a", b""):
        octets = update(MANDATORY, NLRI, withdrawn)
        found = shared.decode(octets, 19, len(octets))
        assert [(family, keys, nlri) for family, _, keys, nlri in found.announced] == [(IPV4_UNICAST, [NLRI], NLRI)]
        assert list(found.withdrawn) == ([(IPV4_UNICAST, [b"\x08\x0a"], 0)] if withdrawn else [])


def test_a_fault_is_told_each_time() -> None:
    """What is known of a block does not hide its faults."""
    shared = decoder()
    octets = update(MANDATORY + attribute(0x40, 6, b"x"), NLRI)
    assert [len(shared.decode(octets, 19, len(octets)).faults) for _ in range(3)] == [1, 1, 1]


@pytest.mark.parametrize("attributes", [MANDATORY, MANDATORY + attribute(0xC0, 200, b"unknown")])
def test_keys_come_canonical(attributes: bytes) -> None:
    """Spare bits are put right; the NLRI octets are handed on only when nothing was. What is said twice stays."""
    shared = decoder()
    for nlri, keys, same in [
        (NLRI + b"\x08\x0a", [NLRI, b"\x08\x0a"], True),
        (NLRI + b"\x08\x0a" + NLRI, [NLRI, b"\x08\x0a", NLRI], True),
        (b"\x09\x0a\xff", [b"\x09\x0a\x80"], False),
        (b"\x09\x0a\xff\x09\x0a\x80", [b"\x09\x0a\x80", b"\x09\x0a\x80"], False),
    ]:
        octets = update(attributes, nlri)
        _, _, found, handed_on = shared.decode(octets, 19, len(octets)).announced[0]
        assert (found, handed_on) == (keys, octets[-len(nlri) :] if same else None)


def test_a_key_that_is_announced_is_not_withdrawn() -> None:
    """RFC 4271, section 4.3: as though the withdrawn routes did not hold it; other families have other keys."""
    found = decode(update(mp_unreach() + MANDATORY, NLRI, withdrawn=NLRI + b"\x08\x0a"))
    assert found.withdrawn == [(IPV4_UNICAST, [b"\x08\x0a"], 0), (IPV6_UNICAST, [V6_NLRI], 0)]
    assert decode(update(MANDATORY, NLRI, withdrawn=NLRI)).withdrawn == []


def test_routes_of_the_body_and_of_mp_reach_come_together() -> None:
    """Each with a block of its own."""
    found = decode(update(mp_reach() + MANDATORY, NLRI))
    assert [(family, keys) for family, _, keys, _ in found.announced] == [
        (IPV4_UNICAST, [NLRI]),
        (IPV6_UNICAST, [V6_NLRI]),
    ]
    assert [inputs.raw for _, inputs, _, _ in found.announced] == [MANDATORY, ORIGIN + AS_PATH + mp_reach(b"")]


@pytest.mark.parametrize(
    ("octets", "family"),
    [
        (update(), IPV4_UNICAST),
        (update(mp_unreach(b"")), IPV6_UNICAST),
        (update(mp_unreach(b"", afi=1)), IPV4_UNICAST),
        (update(attribute(0x90, 15, b"\0\2\1")), IPV6_UNICAST),
        (update(mp_unreach(b"", afi=1, safi=128)), None),
        (update(mp_unreach(b"") + MANDATORY), None),
        (update(mp_unreach()), None),
        (update(withdrawn=NLRI), None),
        (update(MANDATORY), None),
        (update(mp_unreach(b""), withdrawn=NLRI), None),
    ],
)
def test_the_end_of_rib_is_an_update_without_routes(octets: bytes, family: Family | None) -> None:
    """RFC 4724, section 2: empty, or nothing but an MP_UNREACH_NLRI without NLRI, of a negotiated family."""
    assert decode(octets).end_of_rib == family


def test_the_end_of_rib_of_ipv4_needs_ipv4() -> None:
    """An empty UPDATE says nothing in a session without IPv4 unicast."""
    assert decoder(IPV6_UNICAST).decode(update(), 19, 23).end_of_rib is None


@pytest.mark.parametrize("body", ["", "000000", "00050000", "0000ffff", "00010000", "ffff0000"])
def test_fields_beyond_the_message_reset(body: str) -> None:
    """RFC 4271, section 6.3: 3/1."""
    octets = bytes.fromhex(body)
    with pytest.raises(UpdateError) as caught:
        decoder().decode(octets, 0, len(octets))
    assert (caught.value.notification.code, caught.value.notification.subcode) == (3, 1)


def test_octets_around_the_message_do_not_matter() -> None:
    """A message is decoded where it stands in what was received."""
    octets = update(MANDATORY, NLRI)
    around = b"\xff" * 7 + octets + b"\xff" * 7
    assert decoder().decode(around, 26, 7 + len(octets)).announced[0][2] == [NLRI]


@pytest.mark.parametrize(("bound", "value"), [("INTERNED_MAXIMUM", 2), ("INTERNED_OCTETS", 2 * len(MANDATORY) + 14)])
@pytest.mark.interpreted
def test_what_is_kept_of_blocks_is_bounded(bound: str, value: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """By their number and by their octets; a decoder that is full starts afresh."""
    monkeypatch.setattr(f"bgpkit.wire.update_decoder.{bound}", value)
    shared = decoder()
    blocks = [MANDATORY + attribute(0x80, 4, bytes((0, 0, 0, number))) for number in range(3)]
    inputs = [shared.decode(update(block, NLRI), 19, 23 + len(block) + 4).announced[0][1] for block in blocks]
    assert shared.decode(update(blocks[2], NLRI), 19, 23 + len(blocks[2]) + 4).announced[0][1] is inputs[2]
    assert shared.decode(update(blocks[0], NLRI), 19, 23 + len(blocks[0]) + 4).announced[0][1] is not inputs[0]


@pytest.mark.parametrize("came", [True, False])
def test_an_nlri_of_an_unknown_type_is_skipped_and_told(came: bool) -> None:
    """RFC 7606, section 5.4: an EVPN route of type 99 is left out, with its octets; its neighbour counts."""
    known, unknown = bytes.fromhex("0311 0000fc0000000001 00000000 20 c0000201".replace(" ", "")), b"\x63\x02ab"
    octets = update(
        mp_reach(unknown + known, bytes((192, 0, 2, 1)), 25, 70) + ORIGIN + AS_PATH
        if came
        else mp_unreach(unknown + known, 25, 70)
    )
    found = decoder(Family(25, 70)).decode(octets, 19, len(octets))
    keys = [each[2] for each in found.announced] if came else [each[1] for each in found.withdrawn]
    assert [len(each) for each in keys] == [1]
    assert [(fault.action, fault.section, fault.octets) for fault in found.faults] == [
        (FaultAction.IGNORE, "RFC 7606, section 5.4", unknown)
    ]


def test_what_has_path_identifiers_is_read_once() -> None:
    """The quick way is not for it (RFC 7911, section 3), and makes nothing that the thorough one makes again."""
    made: list[AttributeInputs] = []

    def make(inputs: AttributeInputs) -> AttributeInputs:
        made.append(inputs)
        return inputs

    context = UpdateContext(
        families=frozenset({IPV4_UNICAST}),
        four_octet_as=True,
        internal=True,
        add_path_receive=frozenset({IPV4_UNICAST}),
    )
    octets = update(ORIGIN + AS_PATH + NEXT_HOP, bytes((0, 0, 0, 7)) + b"\x08\x0a")
    UpdateDecoder(context, make).decode(octets, 19, len(octets))
    assert [inputs.path_id for inputs in made] == [7]
