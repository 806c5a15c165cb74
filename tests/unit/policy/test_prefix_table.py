"""Compiled prefixes: what first octets tell of all prefixes that begin with them."""

from bgpkit.policy import KeyBlock, PrefixRange
from bgpkit.policy.prefix_table import PrefixTable
from bgpkit_rib import Prefix


def table(*texts: str, width: int = 32) -> PrefixTable:
    """Compile some ranges."""
    return PrefixTable(width, map(PrefixRange.parse, texts))


def key(text: str) -> bytes:
    """Return the key of a prefix."""
    return Prefix.parse(text).key


def told(found: PrefixTable, octets: bytes, *lengths: int) -> list[bool | None]:
    """Return whether the prefixes of some lengths match that begin with ``octets``; None where it varies."""
    inside, outside = found.lengths(octets)
    assert not inside & outside
    return [True if inside >> each & 1 else False if outside >> each & 1 else None for each in lengths]


def test_octets_tell_of_lengths_for_which_nothing_varies_behind_them() -> None:
    """A longer range makes the lengths that it has vary, no others."""
    found = table("10.0.0.0/8 le 16", "10.1.32.0/20 ge 20 le 24", "10.1.64.0/18")
    assert told(found, b"\x0a\x01", 15, 16, 17, 18, 20, 24, 25) == [True, True, False, None, None, None, False]
    assert told(found, b"\x0a\x02", 16, 17, 20, 24) == [True, False, False, False]
    assert told(found, b"\x0b\x01", 16, 24) == [False, False]
    assert told(found, b"\x0a", 8) == [True]
    assert told(found, b"\x0a\x01\x20", 20, 24, 25) == [True, True, False]
    deep = table("10.1.2.128/25 le 32")
    assert [told(deep, bytes((10, 1, *more)), 24, 25, 32) for more in ((), (2,), (3,))] == [
        [False, None, None],
        [False, None, None],
        [False, False, False],
    ]
    wide = table("2001:db8:1:200::/56 le 64", width=128)
    assert told(wide, bytes.fromhex("20010db8"), 55, 56, 64, 65) == [False, None, None, False]
    assert told(wide, bytes.fromhex("20010db80002"), 56, 64) == [False, False]


def test_no_octets_are_the_default_route() -> None:
    """Its one length is zero."""
    assert [told(table(text), b"", 0) for text in ("0.0.0.0/0", "0.0.0.0/0 ge 1", "10.0.0.0/8")] == [
        [True],
        [False],
        [False],
    ]


def test_the_default_route_is_one_prefix_like_others() -> None:
    """It is in a set only when a range without bits says so."""
    assert table("0.0.0.0/0").contains(key("0.0.0.0/0"))
    assert not table("0.0.0.0/0").contains(key("10.0.0.0/8"))
    assert not table("0.0.0.0/0 ge 1").contains(key("0.0.0.0/0"))
    assert table("0.0.0.0/0 ge 1").contains(key("0.0.0.0/1"))
    keys = [key("10.0.0.0/8"), key("0.0.0.0/0")]
    assert table("0.0.0.0/0").divide(keys, KeyBlock(32)) == ([keys[1]], [keys[0]])


def test_prefixes_side_by_side_match_what_each_of_them_does() -> None:
    """Two halves match as their whole does, as far as they have the same lengths; it takes no more room then."""
    halves = table("10.0.0.0/9 le 24", "10.128.0.0/9 ge 16 le 28")
    asked = ("10.0.0.0/8", "10.0.0.0/9", "10.128.0.0/9", "10.1.0.0/16", "10.129.0.0/16", "10.1.1.0/28", "10.129.1.0/28")
    assert [halves.contains(key(text)) for text in asked] == [False, True, False, True, True, False, True]
    assert told(halves, b"\x0a", 8, 9, 15, 16, 24, 25, 28) == [False, None, None, True, True, None, None]
    whole = table(*(f"10.{second}.0.0/16 le 24" for second in range(256)))
    assert told(whole, b"\x0a", 8, 15, 16, 24, 25) == [False, False, True, True, False]
    assert table("0.0.0.0/1 le 8", "128.0.0.0/1 le 8").divide([b"\0", b"\x08\x0a"], KeyBlock(32)) == (
        [b"\x08\x0a"],
        [b"\0"],
    )
