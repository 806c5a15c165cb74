"""Compiled prefixes: heads, and when they are worth looking at."""

from bgpkit.policy import KeyBlock, PrefixRange
from bgpkit.policy.prefix_table import PrefixTable
from bgpkit_rib import Prefix


def table(*texts: str, width: int = 32) -> PrefixTable:
    """Compile some ranges."""
    return PrefixTable(width, map(PrefixRange.parse, texts))


def key(text: str) -> bytes:
    """Return the key of a prefix."""
    return Prefix.parse(text).key


def test_a_head_decides_where_nothing_varies_behind_it() -> None:
    """A head is the length and the first octet; a longer range makes the lengths that it has vary, no others."""
    found = table("10.0.0.0/8 le 16", "10.1.0.0/16 ge 20 le 24")
    heads = [bytes((length, 10)) for length in (8, 16, 17, 20, 24, 25)]
    assert [found.decides(head) for head in heads] == [True, True, False, None, None, False]
    assert found.decides(b"\x18\x0b") is False
    assert [found.decides(bytes((20, 10, octet))) for octet in (1, 2)] == [True, False]
    deep = table("10.1.2.0/24 le 32")
    assert [deep.decides(bytes(head)) for head in ((24, 10), (24, 10, 1), (24, 10, 2))] == [None, None, False]


def test_the_default_route_is_one_prefix_like_others() -> None:
    """It is in a set only when a range without bits says so."""
    assert table("0.0.0.0/0").contains(key("0.0.0.0/0"))
    assert not table("0.0.0.0/0").contains(key("10.0.0.0/8"))
    assert not table("0.0.0.0/0 ge 1").contains(key("0.0.0.0/0"))
    assert table("0.0.0.0/0 ge 1").contains(key("0.0.0.0/1"))
    keys = [key("10.0.0.0/8"), key("0.0.0.0/0")]
    assert table("0.0.0.0/0").divide(keys, KeyBlock(32)) == ([keys[1]], [keys[0]])


def test_many_longer_prefixes_make_heads_useless() -> None:
    """More than 64 of the 256 first octets, or 256 of the first four of IPv6."""
    spread = [f"{octet}.1.0.0/16" for octet in range(1, 66)]
    assert [table(*spread[:64]).scattered, table(*spread).scattered] == [False, True]
    wide = [f"2001:{number:x}:1::/48" for number in range(257)]
    assert [table(*some, width=128).scattered for some in (wide[:256], wide)] == [False, True]
