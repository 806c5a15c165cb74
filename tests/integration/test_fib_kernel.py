"""Fib against the real kernel, judged by what ``ip`` prints."""

from collections.abc import Iterator
from typing import Any

import pytest

from bgpkit.fib import FibStatus, KernelRoute
from bgpkit.fib.form import make_form
from bgpkit.fib.netlink.kernel_socket import NetlinkKernel
from bgpkit.fib.operation import Batch, Verb
from bgpkit_rib import Prefix
from tests.integration.fib_forms import FORMS, Form
from tests.integration.fib_node import (
    GATEWAY,
    GATEWAY6,
    OURS,
    eventually,
    facts,
    node,
    route,
    running,
    shown,
    via,
)
from tests.support.netns import Namespace
from tests.support.skips import has_kernel, require_kernel

__all__ = ["GATEWAY", "GATEWAY6", "OURS", "eventually", "facts", "node", "route", "running", "shown", "via"]

pytestmark = pytest.mark.netns


ELSEWHERE = [pytest.mark.guest_kernel("encap_mpls"), pytest.mark.xdist_group("guest")]


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=ELSEWHERE if form.feature == "encap_mpls" else []) for name, form in FORMS.items()],
)
async def test_each_form_is_in_the_kernel_as_wanted(node: Namespace, name: str) -> None:
    """Written, shown by ip as wanted, found unchanged by a dump, adopted without a write, removed."""
    form = FORMS[name]
    if form.feature:
        require_kernel(form.feature)
    prefix = str(form.wanted.prefix)
    async with running(node) as fib:
        fib.replace(form.wanted)
        await fib.settled()
        assert [facts(row) for row in shown(node, prefix)] == [form.row]
        assert not await fib.verify()
        assert fib.writes == 1
    async with running(node) as fib:
        fib.replace(form.wanted)
        await fib.settled()
        assert fib.writes == 0
        assert await fib.sweep() == 0
        fib.remove(form.wanted.prefix)
        await fib.settled()
        assert shown(node, prefix) == []
        assert fib.writes == 1


@pytest.mark.parametrize("table", [254, 70_000])
@pytest.mark.parametrize("prefix", ["10.9.0.0/16", "2001:db8:9::/48"])
async def test_every_form_replaces_every_other(node: Namespace, prefix: str, table: int) -> None:
    """From any form to any other, under the same metric: one message, and ip shows the new one alone."""
    forms = walked(Prefix.parse(prefix).width)
    async with running(node, table=table) as fib:
        for writes, form in enumerate(tour(forms), 1):
            fib.replace(moved(form.wanted, prefix))
            await fib.settled()
            assert [facts(row) for row in shown(node, prefix, "table", str(table))] == [form.row | {"metric": 9}]
            assert fib.writes == writes
        assert not await fib.verify()
        assert fib.writes == len(forms) * (len(forms) - 1) + 1


def walked(width: int) -> list[Form]:
    """Return the forms of a family that this kernel has, one of those that differ in prefix or metric only."""
    forms: list[Form] = []
    rows: list[dict[str, Any]] = []
    for form in FORMS.values():
        row = form.row | {"metric": 9}
        if form.wanted.prefix.width == width and row not in rows and (not form.feature or has_kernel(form.feature)):
            rows.append(row)
            forms.append(form)
    return forms


def tour(forms: list[Form]) -> Iterator[Form]:
    """Walk from each form to each other once, and end at the first."""
    for first in range(len(forms) - 1):
        yield forms[first]
        for second in range(first + 1, len(forms)):
            yield forms[second]
            if second + 1 < len(forms):
                yield forms[first]
    yield forms[0]


def moved(wanted: KernelRoute, prefix: str) -> KernelRoute:
    """Return a route for another prefix, of the metric 9."""
    return KernelRoute(
        prefix=Prefix.parse(prefix),
        kind=wanted.kind,
        next_hops=wanted.next_hops,
        metric=9,
        source=wanted.source,
        mtu=wanted.mtu,
    )


async def test_a_table_of_its_own(node: Namespace) -> None:
    """A table above 255 is kept; the main table is not looked at."""
    node.ip("route", "add", "10.1.0.0/16", "via", GATEWAY, "proto", "12")
    async with running(node, table=1000) as fib:
        assert fib.held == 0
        fib.replace(route("10.1.0.0/16", via(device="e1")))
        await fib.settled()
        assert shown(node, "10.1.0.0/16", "table", "1000")[0]["dev"] == "e1"
        assert shown(node, "10.1.0.0/16")[0]["dev"] == "e0"
        await fib.close(remove=True)
    assert node.ip_json("route", "show", "table", "1000") == []


async def test_a_refused_route_stops_no_other(node: Namespace) -> None:
    """Of a batch, the one that cannot be is named with the kernel's reason; the others are in."""
    wanted = [route(f"10.{number}.0.0/16", via(GATEWAY)) for number in range(1, 200)]
    wanted[100] = route("10.101.0.0/16", via("9.9.9.9"))
    async with running(node) as fib:
        for one in wanted:
            fib.replace(one)
        await fib.settled()
        diff = fib.diff()
        (failed,) = diff.failed
        assert (str(failed.prefix), failed.reason) == ("10.101.0.0/16", "Nexthop has invalid gateway")
        assert diff.missing == (wanted[100],)
        assert len(node.ip_json("route", "show", "proto", "12")) == 198


async def test_a_batch_in_which_all_are_refused(node: Namespace) -> None:
    """A thousand refusals: each is attributed to its own prefix, none is lost."""
    wanted = [route(f"10.{1 + number // 250}.{number % 250}.0/24", via("9.9.9.9")) for number in range(1000)]
    async with running(node) as fib:
        for one in wanted:
            fib.replace(one)
        await fib.settled()
        assert {each.prefix for each in fib.diff().failed} == {one.prefix for one in wanted}


async def test_refusals_in_several_batches_find_their_prefixes(node: Namespace) -> None:
    """Ten thousand routes, a few refused in each batch: they are named, a conflict is left alone, all others are in."""
    bad = set(range(7, 10_000, 1009))
    prefixes = [f"20.{number >> 8}.{number & 255}.0/24" for number in range(10_000)]
    node.ip("route", "add", prefixes[5000], "via", GATEWAY, "proto", "static")
    async with running(node) as fib:
        for number, prefix in enumerate(prefixes):
            fib.replace(route(prefix, via("9.9.9.9" if number in bad else GATEWAY)))
        await fib.settled()
        diff = fib.diff()
        assert {str(each.prefix) for each in diff.failed} == {prefixes[number] for number in bad}
        assert [str(each.route.prefix) for each in diff.conflicts] == [prefixes[5000]]
        found = {row["dst"] for row in node.ip_json("route", "show", "proto", "12")}
        assert found == {prefix for number, prefix in enumerate(prefixes) if number not in bad and number != 5000}
        await fib.close(remove=True)
    assert node.ip_json("route", "show", "proto", "12") == []
    assert node.ip_json("route", "show", "proto", "static") != []


async def test_a_batch_too_long_for_the_send_buffer_goes_in_parts(
    node: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of routes of many next hops each: more octets than a call takes."""
    monkeypatch.setattr("bgpkit.fib.netlink.opening._RECEIVE_BUFFER", 64 << 10)
    hops = [via(f"10.0.0.{number}") for number in range(2, 42)]
    async with running(node) as fib:
        for number in range(2000):
            fib.replace(route(f"20.{number >> 8}.{number & 255}.0/24", *hops))
        await fib.settled()
        assert not fib.diff()
        assert len(node.ip_json("route", "show", "proto", "12")) == 2000


async def test_a_missing_device_is_named_and_waited_for(node: Namespace) -> None:
    """The route comes when the interface comes, without being asked again."""
    async with running(node) as fib:
        fib.replace(route("10.1.2.3/32", via(device="cali1")))
        await fib.settled()
        assert [each.reason for each in fib.diff().failed] == ["device cali1 does not exist"]
        node.ip("link", "add", "cali1", "type", "veth", "peer", "name", "peer1")
        node.ip("link", "set", "cali1", "up")
        assert await eventually(lambda: bool(shown(node, "10.1.2.3/32")))
        await fib.settled()
        assert not fib.diff()


async def test_a_batch_that_was_made_and_thrown_away_never_reaches_the_kernel(node: Namespace) -> None:
    """It was written down while the one before was carried out; what is asked for in its place is what is there."""
    first, thrown_away, other = (
        Batch(
            32,
            [Verb.ADD] * 40,
            [bytes((32, 10, 9, third, number)) for number in range(40)],
            [(make_form(6, (), 0),)] * 40,
        )
        for third in (1, 2, 3)
    )
    with node.entered():
        kernel = NetlinkKernel(OURS, 254)
    try:
        assert (await kernel.execute(first, lambda: thrown_away)).fine
        assert (await kernel.execute(other, lambda: None)).fine
    finally:
        kernel.close()
    there = {row["dst"] for row in node.ip_json("-4", "route", "show", "proto", str(OURS))}
    assert there == {f"10.9.{third}.{number}" for third in (1, 3) for number in range(40)}


@pytest.mark.parametrize("objects", [False, True])
async def test_what_only_looks_like_ours_does_not_stay(node: Namespace, objects: bool) -> None:
    """An IPv6 route that ends by itself, or has a router preference; and ours of another metric, in a conflict."""
    prefix, other = "2001:db8:9::/48", "10.1.0.0/16"
    by_hand = ("-6", "route", "replace", prefix, "via", GATEWAY6, "dev", "e0", "metric", "1024", "proto", "bird")
    async with running(node, next_hop_objects=objects) as fib:
        fib.replace(route(prefix, via(GATEWAY6)))
        fib.replace(route(other, via(GATEWAY), metric=20))
        await fib.settled()
        expected = _numberless(shown(node, prefix))
        assert expected[0]["pref"] == "medium"
        for words in (("expires", "1"), ("expires", "500"), ("pref", "high")):
            node.ip(*by_hand, *words)
            assert await eventually(lambda: _numberless(shown(node, prefix)) == expected, 5), words
        node.ip("route", "add", other, "via", "10.0.0.99", "metric", "50", "proto", "static")
        fib.replace(route(other, via("10.0.0.3"), metric=50))
        await fib.settled()
        assert [row["protocol"] for row in shown(node, other)] == ["static"]
        assert fib.state(Prefix.parse(other)).status is FibStatus.CONFLICT


def _numberless(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what ip shows but for the numbers of next-hop objects, which may be others."""
    return [{key: value for key, value in row.items() if key not in {"nhid", "nh_info"}} for row in rows]
