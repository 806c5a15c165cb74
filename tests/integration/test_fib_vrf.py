"""Routes in the tables of VRFs, judged by ``ip``. A kernel without VRF devices has this run in a guest kernel."""

import socket
from ipaddress import ip_address

import pytest

from bgpkit import ConfigError, FibError
from bgpkit.fib import Fib, KernelNextHops, KernelRoute, RouteKind
from tests.integration.fib_node import OURS, eventually, facts, route, running, via
from tests.integration.vrf_node import HERE, TABLES, THERE, THERE6, VrfNode, pe

__all__ = ["pe"]

pytestmark = [pytest.mark.netns, pytest.mark.guest_kernel("vrf", "dummy"), pytest.mark.xdist_group("guest")]

PREFIX, PREFIX6 = "10.1.0.0/16", "2001:db8:9::/48"
OUT, OUT6 = (THERE, "r0"), (THERE6, "r0")
SHOWN = {"type": "unicast", "dev": "r0"}
FORMS = (
    (route(PREFIX, via(THERE)), SHOWN | {"gateway": THERE}),
    (route("10.2.0.0/16", via(THERE, "r0")), SHOWN | {"gateway": THERE}),
    (route("10.3.0.0/16", via(device="r0")), SHOWN | {"scope": "link"}),
    (
        route("10.4.0.0/16", via("172.16.0.1", "r0", onlink=True)),
        SHOWN | {"gateway": "172.16.0.1", "flags": ["onlink"]},
    ),
    (
        route("10.5.0.0/16", via(THERE), source=ip_address(HERE), metric=7),
        SHOWN | {"gateway": THERE, "prefsrc": HERE, "metric": 7},
    ),
    (route("10.6.0.0/16", via("fe80::9", "r0")), SHOWN | {"via": {"family": "inet6", "host": "fe80::9"}}),
    (route(PREFIX6, via(THERE6)), SHOWN | {"gateway": THERE6, "metric": 1024}),
    (route("2001:db8:a::/48", via(THERE6, "r0")), SHOWN | {"gateway": THERE6, "metric": 1024}),
    (route("2001:db8:b::/48", via("fe80::9", "r0")), SHOWN | {"gateway": "fe80::9", "metric": 1024}),
)


async def settled_for_a_second(fib: Fib) -> None:
    """Wait until nothing is to be done, again and again."""
    for _ in range(20):
        await fib.settled()
        await eventually(lambda: False, 0.05)


async def test_each_form_is_in_the_table_of_the_vrf_only(pe: VrfNode) -> None:
    """Gateways are found on the links of the VRF, named or not; no other table is touched; adopted, then removed."""
    before = pe.others("blue")
    async with running(pe.node, vrf="red") as fib:
        for wanted, _ in FORMS:
            fib.replace(wanted)
        await fib.settled()
        where = ("route", "show", "vrf", "red", "proto", "bird")
        rows = [row for family in ("-4", "-6") for row in pe.node.ip_json("-d", family, *where)]
        assert {row["dst"]: facts(row) for row in rows} == {str(wanted.prefix): row for wanted, row in FORMS}
        assert pe.others("blue") == before
        assert not await fib.verify()
    async with running(pe.node, vrf="red") as fib:
        for wanted, _ in FORMS:
            fib.replace(wanted)
        await fib.settled()
        assert (fib.held, fib.writes) == (len(FORMS), 0)
        await fib.close(remove=True)
    assert (pe.ours("red"), pe.ours("red", "-6"), pe.others("blue")) == ([], [], before)


@pytest.mark.parametrize("objects", [False, True], ids=["", "next-hop objects"])
async def test_two_vrfs_have_their_own_routes_of_one_prefix(pe: VrfNode, objects: bool) -> None:
    """Kept by one process; a restart finds them, and writes nothing; each repairs its own."""
    wanted = {vrf: [route(PREFIX, via(THERE)), route(PREFIX6, via(THERE6))] for vrf in TABLES}
    wanted["blue"][0] = KernelRoute(prefix=wanted["blue"][0].prefix, kind=RouteKind.PROHIBIT)
    main = pe.others()
    for run in range(2):
        async with (
            Fib(protocol=OURS, vrf="red", netns=pe.node.name, next_hop_objects=objects) as red,
            Fib(protocol=OURS, vrf="blue", netns=pe.node.name, next_hop_objects=objects) as blue,
        ):
            for vrf, fib in (("red", red), ("blue", blue)):
                for each in wanted[vrf]:
                    fib.replace(each)
                await fib.settled()
                assert (fib.held, fib.writes if run else 0, bool(fib.diff())) == (2, 0, False)
            assert [row["type"] for row in pe.ours("blue")] == ["prohibit"]
            assert pe.gateways("red") == {PREFIX: OUT}
            assert (pe.gateways("red", "-6"), pe.gateways("blue", "-6")) == ({PREFIX6: OUT6}, {PREFIX6: (THERE6, "b0")})
            assert pe.others() == main
            pe.node.ip("route", "del", PREFIX, "vrf", "red")
            assert await eventually(lambda: pe.gateways("red") == {PREFIX: OUT})


async def test_routes_of_others_in_the_vrf_stay(pe: VrfNode) -> None:
    """Those in the way are conflicts; those that come with the VRF's addresses and our own leave each other alone."""
    pe.node.ip("route", "add", PREFIX, "via", "10.0.0.9", "vrf", "red", "proto", "static")
    pe.node.ip("route", "add", "unreachable", "default", "vrf", "red", "metric", "4278198272")
    before = pe.others("red", "blue")
    async with running(pe.node, vrf="red") as fib:
        fib.replace(route(PREFIX, via(THERE)))
        fib.replace(route("10.2.0.0/16", via(THERE)))
        await fib.settled()
        assert [str(conflict.route.prefix) for conflict in fib.diff().conflicts] == [PREFIX]
        assert pe.gateways("red") == {"10.2.0.0/16": OUT}
        await fib.close(remove=True)
    assert pe.others("red", "blue") == before


async def test_next_hops_of_a_vrf_are_looked_up_in_its_table(pe: VrfNode) -> None:
    """What is our own address in one VRF may be the neighbour's in another; whatever routes count."""
    pe.node.ip("addr", "replace", "10.0.0.7/24", "dev", "b0")
    pe.node.ip("route", "add", "10.8.0.0/16", "via", THERE, "vrf", "red", "metric", "5", "proto", "ospf")
    addresses = [socket.inet_aton(each) for each in (THERE, HERE, "10.0.0.7", "10.8.0.1", "10.9.0.2")]
    answers = {
        "red": [True, False, True, True, False],
        "blue": [True, False, False, False, False],
        None: [False, False, False, False, True],
    }
    for vrf, expected in answers.items():
        async with KernelNextHops(on_change=lambda: None, vrf=vrf, netns=pe.node.name) as ways:
            assert [ways.resolve(each).reachable for each in addresses] == expected, vrf
    changes: list[None] = []
    async with KernelNextHops(
        on_change=lambda: changes.append(None), vrf="red", netns=pe.node.name, through=[188]
    ) as ways:
        assert [ways.resolve(each) for each in addresses][3:] == [(True, 5), (False, 0)]
        pe.node.ip("addr", "add", "10.8.0.1/32", "dev", "red")  # which makes it our own
        assert await eventually(lambda: bool(changes) and not ways.resolve(addresses[3]).reachable, 2)


async def test_a_vrf_that_goes_and_comes_again_gets_its_routes_back(pe: VrfNode) -> None:
    """The kernel drops them with the device, and again when it comes; both are made up for."""
    async with running(pe.node, vrf="red") as fib:
        fib.replace(route(PREFIX, via(THERE)))
        await fib.settled()
        before = pe.node.ip_json("route", "show", "table", "1010")
        pe.node.ip("link", "del", "red")
        assert await eventually(lambda: pe.node.ip_json("route", "show", "table", "1010") != before, 3)
        pe.make("red")
        pe.enslave("red")
        assert await eventually(lambda: pe.gateways("red") == {PREFIX: OUT}, 5)
        await fib.settled()
        assert not fib.diff()


async def test_a_vrf_that_gets_another_table_ends_the_work(pe: VrfNode) -> None:
    """By one sentence, before anything is written where nobody looks; the next start takes the new table."""
    wanted = route(PREFIX, via(THERE, "r0"))
    async with running(pe.node, vrf="red") as fib:
        fib.replace(wanted)
        await fib.settled()
        pe.node.ip("link", "del", "red")
        pe.make("red", 77)
        pe.enslave("red")
        with pytest.raises(FibError, match=r"^vrf red has table 77 now, and table 1010 is kept; start again$"):
            await settled_for_a_second(fib)
        assert pe.node.ip_json("route", "show", "table", "1010") == []
    async with running(pe.node, vrf="red") as fib:
        fib.replace(wanted)
        await fib.settled()
        assert [row["gateway"] for row in pe.node.ip_json("route", "show", "table", "77", "proto", "bird")] == [THERE]


async def test_what_is_no_vrf_is_refused_at_the_start(pe: VrfNode) -> None:
    """Whoever asks for it; the namespace is named, too."""
    sentences = {
        "green": "No such device; make it first, with 'ip link add green type vrf table NUMBER'",
        "e0": "it is of kind dummy",
        "lo": "it is no virtual interface",
    }
    for vrf, sentence in sentences.items():
        with pytest.raises(ConfigError, match=rf"^vrf {vrf} of netns {pe.node.name}.*{sentence}"):
            await Fib(protocol=OURS, vrf=vrf, netns=pe.node.name).start()
        with pe.node.entered(), pytest.raises(ConfigError, match=rf"^vrf {vrf}(: | is ).*{sentence}"):
            await KernelNextHops(on_change=lambda: None, vrf=vrf).start()
