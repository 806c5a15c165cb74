"""The quick look lets pass only what the decoder finds nothing wrong with."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit.testing import strategies as bgp
from bgpkit.wire import UpdateContext
from bgpkit.wire.update_decoder import UpdateDecoder
from bgpkit.wire.update_judge import UpdateJudge
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST
from tests.properties.wire_strategies import damaged_updates, soups
from tests.unit.wire.octets import AS_PATH, MANDATORY, NEXT_HOP, NLRI, ORIGIN, attribute, context, mp_reach, update

SESSION = context(IPV4_UNICAST, IPV6_UNICAST, four_octet_as=True, internal=True)
OLD = context(IPV4_UNICAST, four_octet_as=False, internal=True)
OLD_PATH = attribute(0x40, 2, bytes.fromhex("0201fde8"))

received = bgp.update_contexts().flatmap(
    lambda terms: st.tuples(st.just(terms), soups(terms) | damaged_updates(bgp.mirrored(terms)))
)


def is_plain(octets: bytes, terms: UpdateContext = SESSION) -> bool:
    """Tell what a new judge says of a whole message."""
    return UpdateJudge(terms).is_plain(octets, 19, len(octets))


def test_what_nearly_all_updates_are_is_plain() -> None:
    """Routes in the body, routes of another family in MP_REACH_NLRI, AS numbers of two octets."""
    assert is_plain(update(MANDATORY, NLRI))
    assert is_plain(update(mp_reach() + ORIGIN + AS_PATH))
    assert is_plain(update(ORIGIN + OLD_PATH + NEXT_HOP, NLRI), OLD)


@pytest.mark.parametrize(
    ("attributes", "nlri"),
    [
        (ORIGIN + AS_PATH, NLRI),
        (MANDATORY + ORIGIN, NLRI),
        (attribute(0x40, 1, b"\x03") + AS_PATH + NEXT_HOP, NLRI),
        (ORIGIN + attribute(0x40, 2, bytes.fromhex("0201 00000000")) + NEXT_HOP, NLRI),
        (ORIGIN + AS_PATH + attribute(0x40, 3, bytes((224, 0, 0, 1))), NLRI),
        (MANDATORY + attribute(0xC0, 7, bytes(8)), NLRI),
        (MANDATORY, b"\x21\x0a\0\0\0\0"),
        (MANDATORY, b"\x18\x0a"),
        (MANDATORY + b"\x40", NLRI),
        (mp_reach() + ORIGIN, b""),
        (mp_reach() + MANDATORY, b""),
        (mp_reach() + ORIGIN + AS_PATH, NLRI),
        (b"", b""),
    ],
)
def test_all_else_is_for_the_decoder(attributes: bytes, nlri: bytes) -> None:
    """What is missing, twice, of a wrong value or length, and what has to be told apart further."""
    assert not is_plain(update(attributes, nlri))


def test_as4_attributes_are_not_plain() -> None:
    """They have to be merged, and may be malformed. RFC 6793, section 6."""
    as4_path = attribute(0xC0, 17, bytes.fromhex("0201 0000fde8"))
    assert not is_plain(update(ORIGIN + OLD_PATH + NEXT_HOP + as4_path, NLRI), OLD)


def test_nothing_of_a_disabled_family_is_plain() -> None:
    """Routes of a family that a fault has disabled are ignored: the decoder says so. RFC 4760, section 7."""
    judge = UpdateJudge(SESSION)
    body, mp = update(MANDATORY, NLRI), update(mp_reach() + ORIGIN + AS_PATH)
    judge.disable(IPV6_UNICAST)
    assert (judge.is_plain(body, 19, len(body)), judge.is_plain(mp, 19, len(mp))) == (True, False)
    judge.disable(IPV4_UNICAST)
    assert not judge.is_plain(body, 19, len(body))


@settings(deadline=None, max_examples=300)
@given(received)
def test_what_is_plain_has_no_fault(came: tuple[UpdateContext, bytes]) -> None:
    """The decoder raises nothing and finds no fault where the judge finds none, whatever the octets and the terms."""
    terms, octets = came
    if is_plain(octets, terms):
        found = UpdateDecoder(terms, lambda inputs: inputs).decode(octets, 19, len(octets))
        assert (list(found.faults), bool(found.announced), list(found.withdrawn)) == ([], True, [])
