"""What is never announced for an address of ours, and which of several routes speaks for a prefix."""

from bgpkit.fib.followed_table import FollowedTable, TablePicture
from bgpkit.fib.redistributed import Redistributed
from bgpkit.fib.redistribution_filter import RedistributionFilter
from bgpkit.fib.redistribution_verdict import Judge
from bgpkit_rib import Prefix
from tests.unit.fib.model_reader import E0, E1, KERNEL, LOCAL, STATIC, link, row, through

HOST, SUBNET = "10.1.0.1/32", "10.1.0.0/16"


def told(chosen: RedistributionFilter, *texts: tuple[str, int, int, int]) -> dict[str, int | None]:
    """Return what is announced, with its MED; a route is prefix, protocol, kind and metric."""
    table = FollowedTable(frozenset({KERNEL, STATIC}))
    picture = TablePicture([link(E0), link(E1)])
    rows = [
        row(text, through(kind=kind, metric=metric, gateway=""), protocol) for text, protocol, kind, metric in texts
    ]
    table.add(picture, 32, rows)
    table.take(picture)
    judge = Judge(chosen, metric_as_med=True, keep_next_hop=False)
    found: dict[str, int | None] = {}
    for each in Redistributed(judge, [table], widths=(32,)).slices():
        for statement, keys in each.announced.items():
            found |= {str(Prefix.canonical(key, 32)): statement.med for key in keys}
    return found


def test_addresses_are_announced_as_hosts_only() -> None:
    """A whole network of local addresses is the machine's own business."""
    chosen = RedistributionFilter(protocols=("local",))
    assert told(chosen, (HOST, KERNEL, LOCAL, 0), (SUBNET, KERNEL, LOCAL, 0)) == {HOST: 0}


def test_an_address_is_one_that_the_kernel_made() -> None:
    """What somebody else states as local is not an address of an interface."""
    assert told(RedistributionFilter(protocols=("local", "static")), (HOST, STATIC, LOCAL, 0)) == {}


def test_the_smallest_metric_speaks_for_a_prefix() -> None:
    """Wherever it stands in the table; and of equal metrics the smaller protocol number."""
    chosen = RedistributionFilter(protocols=("static", "connected"))
    for metrics in ((1, 2, 3), (3, 2, 1), (2, 1, 3)):
        assert told(chosen, *((SUBNET, STATIC, 1, metric) for metric in metrics)) == {SUBNET: 1}
