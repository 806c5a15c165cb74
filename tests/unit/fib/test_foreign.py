"""Routes of other programs: remembered where they matter, and a conflict is told once."""

from bgpkit.fib.foreign import Foreign
from bgpkit.fib.form import Form
from bgpkit.fib.netlink.decode import RouteNotice
from bgpkit.fib.news import News

STATIC, ZEBRA = 4, 11
KEY = b"\x10\x0a\x01"


def notice(protocol: int, metric: int, *, present: bool = True) -> RouteNotice:
    """Return a notice of a blackhole for KEY."""
    return RouteNotice(present, 32, KEY, protocol, (Form(6, (), metric),))


def test_a_foreign_route_blocks_its_metric_only() -> None:
    """Routes of one prefix live side by side under different metrics."""
    foreign = Foreign()
    foreign.observe(notice(STATIC, 5))
    assert foreign.blocks(KEY, 5)
    assert foreign.conflicts == {KEY: STATIC}
    assert not foreign.blocks(KEY, 0)
    assert foreign.conflicts == {}


def test_a_route_that_goes_blocks_no_more() -> None:
    """The conflict ends with the foreign route."""
    foreign = Foreign()
    foreign.observe(notice(STATIC, 0))
    foreign.observe(notice(STATIC, 0, present=False))
    assert not foreign.blocks(KEY, 0)
    assert not foreign


def test_several_foreign_routes_are_told_apart() -> None:
    """One of two goes, the other still blocks."""
    foreign = Foreign()
    assert not foreign.observe(notice(STATIC, 0))
    assert foreign.observe(notice(ZEBRA, 0))
    foreign.observe(notice(STATIC, 0, present=False))
    assert foreign.blocks(KEY, 0)
    assert foreign.conflicts == {KEY: ZEBRA}


def told(news: News[int]) -> list[int]:
    """Return the protocols of what is new of KEY."""
    alike = news.take()
    assert all((keys, count) == ((KEY,), 1) for _, keys, count in alike)
    return [protocol for protocol, _, _ in alike]


def test_a_conflict_is_news_once() -> None:
    """It is told when it begins, and again when another program takes the place; the former is over then."""
    foreign = Foreign()
    foreign.observe(notice(STATIC, 0))
    foreign.blocks(KEY, 0)
    foreign.blocks(KEY, 0)
    assert told(foreign.fresh) == [STATIC]
    foreign.blocks(KEY, 0)
    assert (told(foreign.fresh), told(foreign.ended)) == ([], [])
    foreign.take_dump({KEY: ((0, ZEBRA),)})
    foreign.blocks(KEY, 0)
    assert (told(foreign.fresh), told(foreign.ended)) == ([ZEBRA], [STATIC])


def test_the_end_of_a_conflict_is_news_once() -> None:
    """Whether the foreign route goes or ours is not wanted any more; not when nobody had heard of it."""
    foreign = Foreign()
    foreign.observe(notice(STATIC, 0))
    foreign.blocks(KEY, 0)
    foreign.end(KEY)
    assert (told(foreign.fresh), told(foreign.ended)) == ([], [])
    foreign.blocks(KEY, 0)
    assert told(foreign.fresh) == [STATIC]
    foreign.observe(notice(STATIC, 0, present=False))
    foreign.blocks(KEY, 0)
    foreign.end(KEY)
    assert (foreign.conflicts, told(foreign.ended)) == ({}, [STATIC])


def test_a_conflict_that_comes_back_before_its_end_is_told_has_not_ended() -> None:
    """Nothing is told of it."""
    foreign = Foreign()
    foreign.take_dump({KEY: ((0, STATIC),)})
    foreign.blocks(KEY, 0)
    foreign.fresh.take()
    foreign.end(KEY)
    foreign.blocks(KEY, 0)
    assert (told(foreign.fresh), told(foreign.ended)) == ([], [])


def test_a_dump_is_cut_down_to_what_matters() -> None:
    """Foreign routes of prefixes that are neither wanted nor held are forgotten."""
    foreign = Foreign()
    foreign.take_dump({KEY: ((0, STATIC),), b"\x00": ((0, ZEBRA),)})
    foreign.forget([b"\x00", b"\x08\x01"])
    assert foreign.routes == {KEY: ((0, STATIC),)}
