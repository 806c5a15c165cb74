"""What is known of a table's routes, which notices leave doubt, and what may have changed."""

import pytest

from bgpkit.fib.followed_table import FollowedTable, TablePicture
from bgpkit.fib.netlink.decode import AddressNotice, LinkNotice, NextHopNotice, Notice
from bgpkit_rib import Prefix
from tests.unit.fib.model_reader import (
    BLACKHOLE,
    DOWN,
    E0,
    E1,
    KERNEL,
    NO_CARRIER,
    OSPF,
    STATIC,
    link,
    notice,
    row,
    through,
)

KEY = Prefix.parse("10.1.0.0/16").key
OTHER = Prefix.parse("10.2.0.0/16").key


def followed(*told: Notice, default: bool = True) -> FollowedTable:
    """Return a table by two interfaces that are up, after some notices; nothing has changed since."""
    table = FollowedTable(frozenset({KERNEL, STATIC}), default=default)
    table.take(TablePicture([link(E0), link(E1)], [b"\x0a\0\0\1"]))
    for each in told:
        table.heed(each)
    table.changes()
    return table


def metrics(table: FollowedTable) -> list[int]:
    """Return the metrics of the routes of the one prefix, in their order."""
    return [route[2][0].metric for route in table.tables[32].routes(KEY)]


def test_nothing_is_known_before_the_first_picture() -> None:
    """Then everything may have changed, once."""
    table = FollowedTable(frozenset({STATIC}))
    assert (table.doubtful, table.changed) == (True, False)
    picture = TablePicture([link(E0)], [b"\x0a\0\0\1"])
    table.add(picture, 32, [row("10.1.0.0/16"), row("10.2.0.0/16", protocol=OSPF)])
    table.take(picture)
    assert (table.doubtful, table.changed, table.changes().all, table.changed) == (False, True, True, False)
    assert table.tables[32].keys() == [KEY]
    assert table.addresses == {b"\x0a\0\0\1"}
    assert table.links[E0][0] == "e0"


def test_routes_come_and_go_and_the_prefix_has_changed() -> None:
    """Those of other protocols are not there."""
    table = followed()
    table.heed(notice("10.1.0.0/16", through(metric=1)))
    table.heed(notice("10.1.0.0/16", through(metric=2), KERNEL))
    table.heed(notice("10.1.0.0/16", through(metric=3), OSPF))
    assert metrics(table) == [1, 2]
    told = table.changes()
    assert (told.all, told.keys, told.addresses) == (False, {32: {KEY}, 128: set()}, set())
    table.heed(notice("10.1.0.0/16", through(metric=1), present=False))
    table.heed(notice("10.1.0.0/16", through(metric=3), OSPF, present=False))
    assert (metrics(table), table.changes().keys[32], table.doubtful) == ([2], {KEY}, False)


def test_what_is_known_already_is_no_change() -> None:
    """Notices that were kept back are heeded again."""
    table = followed(notice("10.1.0.0/16"))
    table.heed(notice("10.1.0.0/16"))
    table.heed(notice("10.2.0.0/16", present=False))
    assert (table.changed, table.doubtful, metrics(table)) == (False, False, [0])


def test_a_replaced_route_takes_the_place_of_the_one_with_its_metric() -> None:
    """Whosever it was, and whatever it has become."""
    table = followed(notice("10.1.0.0/16"), notice("10.1.0.0/16", through(metric=5)))
    table.heed(notice("10.1.0.0/16", through(gateway="", kind=BLACKHOLE), replaced=True))
    assert [route[2][0].kind for route in table.tables[32].routes(KEY)] == [1, BLACKHOLE]
    table.heed(notice("10.1.0.0/16", through(), OSPF, replaced=True))
    assert (metrics(table), table.doubtful) == ([5], False)
    table.heed(notice("10.2.0.0/16", replaced=True))
    assert table.tables[32].keys() == [KEY, OTHER]


@pytest.mark.parametrize(
    "told",
    [
        [notice("10.1.0.0/16", through(E1))],
        [notice("10.1.0.0/16", through(E1), present=False)],
        [AddressNotice(present=False)],
        [NextHopNotice(present=False)],
        [link(E0, DOWN)],
        [LinkNotice(E0, None)],
    ],
)
def test_what_takes_routes_along_without_a_word_leaves_doubt(told: list[Notice]) -> None:
    """And a second route of the metric, of which the place is not told."""
    table = followed(notice("10.1.0.0/16"), *told)
    assert table.doubtful


def test_of_two_that_are_alike_the_kernel_does_not_tell_which_is_replaced() -> None:
    """The next picture does."""
    table = followed()
    picture = TablePicture([link(E0), link(E1)])
    table.add(picture, 32, [row("10.1.0.0/16"), row("10.1.0.0/16", through(E1))])
    table.take(picture)
    table.heed(notice("10.1.0.0/16", through(gateway="10.0.0.3"), replaced=True))
    assert table.doubtful


def test_an_interface_that_changes_changes_everything_and_leaves_no_doubt_while_it_is_up() -> None:
    """Without carrier, or under another name; what is as it was is no change."""
    table = followed()
    table.heed(link(E0))
    assert not table.changed
    table.heed(link(E0, NO_CARRIER))
    assert (table.changes().all, table.doubtful) == (True, False)
    table.heed(link(E0, NO_CARRIER, "wan0"))
    assert (table.changes().all, table.doubtful, table.links[E0][0]) == (True, False, "wan0")
    table.heed(LinkNotice(9, None))
    assert not table.changed


def test_an_interface_that_comes_and_is_set_up_leaves_no_doubt() -> None:
    """No route went with it before, so none comes back with it unsaid; going down, and up again, does."""
    told = (link(9, DOWN), link(9, DOWN, "renamed"), link(9))
    assert followed(*told).doubtful is False
    assert followed(*told, link(9, DOWN)).doubtful is True
    table = followed()
    table.take(TablePicture([link(9, DOWN)]))
    table.heed(link(9))
    assert table.doubtful is True


def test_link_local_prefixes_are_of_no_interest() -> None:
    """Each of many interfaces has fe80::/64; which of them comes first is nobody's question."""
    table = followed()
    for prefix in ("fe80::/64", "fe80::/64", "febf:1::/32"):
        table.heed(notice(prefix, through(metric=256), KERNEL))
        assert (table.doubtful, table.changed) == (False, False)
    for number, prefix in enumerate(("fec0::/64", "fe00::/8", "2001:db8::/64"), 1):
        table.heed(notice(prefix, through(metric=256), KERNEL))
        assert (table.doubtful, len(table.tables[128].keys())) == (False, number)


def test_an_address_that_comes_is_told_once() -> None:
    """One that is there on another interface already is not."""
    table = followed()
    table.heed(AddressNotice(True, b"\x0a\0\0\1"))
    table.heed(AddressNotice(True, b""))
    assert not table.changed
    table.heed(AddressNotice(True, b"\x0a\0\0\2"))
    assert (table.changed, table.changes().addresses, table.changed) == (True, {b"\x0a\0\0\2"}, False)


def test_the_default_route_can_be_left_out() -> None:
    """From notices and from pictures."""
    table = followed(notice("0.0.0.0/0"), default=False)
    picture = TablePicture()
    table.add(picture, 32, [row("0.0.0.0/0")])
    table.take(picture)
    table.heed(notice("0.0.0.0/0"))
    assert table.tables[32].keys() == []
