"""Conditions with the answers of a path put in, and how what is left divides prefixes."""

from bgpkit.policy import ANY_ROUTE, AsPathContains, Condition, KeyBlock, MedIn, PrefixSet
from bgpkit.policy.condition import Lengths
from bgpkit.policy.reduction import divider, lengths, reduced
from bgpkit_rib import Prefix

EVEN, SHORT = PrefixSet.of("10.0.0.0/16 le 32", "10.2.0.0/16 le 32"), PrefixSet.of("10.0.0.0/8 le 16")
DEEP = PrefixSet.of("10.0.1.0/24")
YES, NO = AsPathContains.of(1), MedIn(None)
ANSWERS: dict[Condition, bool] = {YES: True, NO: False}
KEYS = [Prefix.parse(text).key for text in ("10.0.0.0/16", "10.1.0.0/16", "10.2.0.0/17", "10.3.0.0/17")]
BLOCK = KeyBlock(32)


def test_a_path_decides_as_far_as_it_can() -> None:
    """What says nothing more is left out; what is left stands bare when it is one."""
    assert reduced(EVEN & YES, ANSWERS) == EVEN
    assert reduced(EVEN & NO, ANSWERS) is False
    assert reduced(EVEN | YES, ANSWERS) is True
    assert reduced(EVEN | NO, ANSWERS) == EVEN
    assert reduced(~YES, ANSWERS) is False
    assert reduced(~(EVEN & YES) | NO, ANSWERS) == ~EVEN
    assert reduced(EVEN & YES & SHORT, ANSWERS) == EVEN & SHORT
    assert reduced(ANY_ROUTE, ANSWERS) is True


def test_no_key_is_lost_when_several_conditions_divide() -> None:
    """All of them, any, and the opposite."""
    both, either = divider(EVEN & SHORT, 32), divider(EVEN | SHORT, 32)
    assert [sorted(part) for part in both(KEYS, BLOCK)] == [KEYS[:1], KEYS[1:]]
    assert [sorted(part) for part in either(KEYS, BLOCK)] == [KEYS[:3], KEYS[3:]]
    assert [sorted(part) for part in divider(~(EVEN & SHORT), 32)(KEYS, BLOCK)] == [KEYS[1:], KEYS[:1]]


def test_a_block_that_goes_one_way_is_the_very_list() -> None:
    """However the condition is put together."""
    inside, outside = KEYS[:1], KEYS[3:]
    assert divider(EVEN & SHORT, 32)(inside, BLOCK)[0] is inside
    assert divider(EVEN & SHORT, 32)(outside, BLOCK)[1] is outside
    assert divider(EVEN | SHORT, 32)(inside, BLOCK)[0] is inside
    assert divider(EVEN | SHORT, 32)(outside, BLOCK)[1] is outside


def test_lengths_are_told_when_enough_parts_tell() -> None:
    """One that is against decides for all, one that is for decides for any."""
    every = (1 << 33) - 1
    answers: dict[Condition, Lengths] = {each: each.lengths(32, b"\x0a\x00") or (0, 0) for each in (EVEN, SHORT, DEEP)}

    def told(condition: Condition | bool) -> list[bool | None]:
        inside, outside = lengths(condition, answers, every)
        assert not inside & outside
        return [None if not (inside | outside) >> n & 1 else bool(inside >> n & 1) for n in (15, 16, 17, 24)]

    assert told(EVEN) == [False, True, True, True]
    assert told(SHORT) == [True, True, False, False]
    assert told(DEEP) == [False, False, False, None]
    assert told(EVEN & SHORT) == [False, True, False, False]
    assert told(EVEN & DEEP) == [False, False, False, None]
    assert told(SHORT & DEEP) == [False, False, False, False]
    assert told(SHORT | DEEP) == [True, True, False, None]
    assert told(EVEN | DEEP) == [False, True, True, True]
    assert told(~DEEP) == [True, True, True, None]
    assert (told(True), told(False)) == ([True] * 4, [False] * 4)
