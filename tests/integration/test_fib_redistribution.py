"""The kernel's routes announced to a real BIRD: what ``ip`` does to them shows in ``birdc`` within a second."""

from ipaddress import ip_address
from typing import Any

import pytest

from bgpkit.errors import FibError
from bgpkit.fib import Fib, FoundRoute, KernelRoute, NextHop, Redistribution, RedistributionFilter, RouteKind
from bgpkit.policy import PrefixSet
from bgpkit_rib import Community, Origin, PathAttributes, Prefix
from tests.integration.redistribution_lab import CONNECTED, OURS4, OURS6, Nodes, StartBird, running, two_nodes
from tests.support.netns import Namespaces
from tests.support.scripted_peer import eventually

pytestmark = pytest.mark.netns


@pytest.fixture
def nodes(namespaces: Namespaces) -> Nodes:
    """Make our node and that of BIRD."""
    return two_nodes(namespaces)


async def test_what_ip_does_to_connected_and_static_routes_shows_in_bird_within_a_second(
    nodes: Nodes, start_bird: StartBird
) -> None:
    """Routes added, replaced and deleted; a link down and up; a cable out; an address gone. In both families."""
    async with running(nodes, start_bird) as rig, rig.redistributing("connected", "static"):
        await rig.bird_has(*CONNECTED)
        for details in (await rig.details("10.0.0.0/24"), await rig.details("2001:db8:a::/64")):
            assert "BGP.origin: Incomplete" in details
            assert "BGP.med" not in details
        rig.ip("route add 10.77.0.0/16 via 10.0.0.2 proto static")
        rig.ip("route add 10.78.0.0/16 via 10.0.0.2")  # proto boot
        rig.ip("route add 2001:db8:77::/48 via 2001:db8:a::2 proto static")
        statics = {"10.77.0.0/16", "2001:db8:77::/48"}
        await rig.bird_has(*CONNECTED, *statics)
        rig.ip("route replace blackhole 10.77.0.0/16 proto static")
        await rig.bird_has(*CONNECTED, "2001:db8:77::/48")
        rig.ip("route replace 10.77.0.0/16 via 10.0.1.2 proto static")
        rig.ip("route del 2001:db8:77::/48")
        await rig.bird_has(*CONNECTED, "10.77.0.0/16")
        rig.ip("link set lan1 down")
        await rig.bird_has("10.0.0.0/24", "2001:db8:a::/64")
        rig.ip("link set lan1 up")  # IPv4 addresses are there again, IPv6 addresses and other routes are not
        await rig.bird_has("10.0.0.0/24", "10.0.1.0/24", "2001:db8:a::/64")
        rig.ip("route add 10.77.0.0/16 via 10.0.1.2 proto static")
        rig.ip("link set end1 down")
        await rig.bird_has("10.0.0.0/24", "2001:db8:a::/64")
        assert [row["flags"] for row in rig.node.ip_json("route", "show", "10.77.0.0/16")] == [["linkdown"]]
        rig.ip("link set end1 up")
        await rig.bird_has("10.0.0.0/24", "10.0.1.0/24", "2001:db8:a::/64", "10.77.0.0/16")
        rig.ip("route add 10.79.0.0/16 via 10.0.1.3 src 10.0.0.1 proto static")
        await rig.bird_has("10.0.0.0/24", "10.0.1.0/24", "2001:db8:a::/64", "10.77.0.0/16", "10.79.0.0/16")
        rig.ip("addr del 10.0.0.1/24 dev lan0")  # what has it as source goes without a word
        assert rig.node.ip_json("route", "show", "10.79.0.0/16") == []
        await rig.bird_has("10.0.1.0/24", "2001:db8:a::/64", "10.77.0.0/16")
        rig.ip("addr del 2001:db8:a::1/64 dev lan0")
        await rig.bird_has("10.0.1.0/24", "10.77.0.0/16")
        rig.ip("link set lan1 name wan1")
        await rig.bird_has()
    assert await rig.told() == set()


async def test_several_routes_of_a_prefix_are_one_announcement_until_the_last_goes(
    nodes: Nodes, start_bird: StartBird
) -> None:
    """The smallest metric is the MED, where that is asked for; its gateway the next hop."""
    options: dict[str, Any] = {"metric_as_med": True, "keep_next_hop": True, "highest_metric": 100}
    async with running(nodes, start_bird) as rig, rig.redistributing("static", "ospf", **options):
        for metric, rest in ((30, "via 10.0.0.3 proto static"), (20, "via 10.0.1.2 proto ospf"), (10, "dev lan0")):
            rig.ip(f"route add 10.77.0.0/16 {rest} metric {metric}")
        rig.ip("route add 10.78.0.0/16 via 10.0.0.2 proto static metric 101")
        rig.ip("route add 2001:db8:77::/48 via fe80::9 dev lan0 proto static metric 7")
        await rig.bird_has("10.77.0.0/16", "2001:db8:77::/48")
        details = await rig.details("10.77.0.0/16")
        assert "BGP.med: 20 " in details
        assert "BGP.next_hop: 10.0.1.2 " in details
        details = await rig.details("2001:db8:77::/48")
        assert "BGP.med: 7 " in details
        assert f"BGP.next_hop: {OURS6} " in details
        rig.ip("route del 10.77.0.0/16 metric 20")
        await rig.bird_says("10.77.0.0/16", "BGP.med: 30 ", "BGP.next_hop: 10.0.0.3 ")
        rig.ip("route add blackhole 10.77.0.0/16 metric 5 proto static")
        await rig.bird_has("2001:db8:77::/48")
        rig.ip("route del blackhole 10.77.0.0/16 metric 5")
        await rig.bird_has("10.77.0.0/16", "2001:db8:77::/48")
        rig.ip("route del 10.77.0.0/16 metric 30")
        await rig.bird_has("2001:db8:77::/48")


async def test_an_ipv6_route_that_ends_by_itself_is_withdrawn(nodes: Nodes, start_bird: StartBird) -> None:
    """The kernel does not forward by it any more, and tells of it only when it cleans up, half a minute later."""
    async with running(nodes, start_bird) as rig, rig.redistributing("static"):
        rig.ip("route add 2001:db8:77::/48 via 2001:db8:a::2 proto static expires 2")
        await rig.bird_has("2001:db8:77::/48")
        await rig.bird_has(patience=8)


async def test_what_is_left_out_never_comes(nodes: Nodes, start_bird: StartBird) -> None:
    """Loopback, link-local, multicast; the default route, blackholes and 169.254/16 unless they are asked for."""
    lines = (
        "127.9.0.0/16 dev lan0",
        "224.1.0.0/16 dev lan0",
        "169.254.7.0/24 dev lan0",
        "0.0.0.0/0 via 10.0.0.2",
        "::/0 via 2001:db8:a::2",
        "fe80:1::/32 dev lan0",
        "ff05::/16 dev lan0",
        "10.77.0.0/16 via 10.0.0.2",
        "10.77.1.0/24 via 10.0.0.2",
    )
    async with running(nodes, start_bird) as rig, rig.redistributing("static"):
        for line in lines:
            rig.ip(f"route add {line} proto static")
        rig.ip("route add blackhole 10.80.0.0/16 proto static")
        await rig.bird_has("10.77.0.0/16", "10.77.1.0/24")
        wide: dict[str, Any] = {"default": True, "link_local": True, "kinds": frozenset(RouteKind), "interfaces": ()}
        asked = {"169.254.7.0/24", "0.0.0.0/0", "::/0", "10.80.0.0/16"}
        async with rig.redistributing("static", **wide):
            await rig.bird_has("10.77.0.0/16", "10.77.1.0/24", *asked)
        await rig.bird_has()


async def test_prefixes_and_a_function_decide_and_the_route_can_be_asked_for(
    nodes: Nodes, start_bird: StartBird
) -> None:
    """The function is asked of what has passed all else; where it fails, that is a no."""
    seen: set[FoundRoute] = set()

    def accept(route: FoundRoute) -> bool:
        """Take those of 24 bits, and stumble over one."""
        seen.add(route)
        if route.metric == 9:
            raise ValueError("nine")
        return route.prefix.length == 24

    async with running(nodes, start_bird) as rig:
        for prefix, metric in (("10.77.0.0/16", 0), ("10.77.1.0/24", 0), ("10.77.2.0/24", 9), ("10.78.1.0/24", 0)):
            rig.ip(f"route add {prefix} via 10.0.0.2 proto static metric {metric}")
        prefixes = PrefixSet.of("10.77.0.0/16 le 24")
        async with rig.redistributing(4, prefixes=prefixes, accept=accept) as redistribution:
            await rig.bird_has("10.77.1.0/24")
            rig.ip("route add 10.77.3.0/24 via 10.0.0.2 proto static")
            await rig.bird_has("10.77.1.0/24", "10.77.3.0/24")
            expected = FoundRoute(
                prefix=Prefix.parse("10.77.1.0/24"),
                protocol=4,
                kind=RouteKind.UNICAST,
                interfaces=("lan0",),
                gateways=(ip_address("10.0.0.2"),),
                metric=0,
            )
            assert redistribution.route(expected.prefix) == expected
            assert redistribution.route(Prefix.parse("10.77.0.0/16")) is None
            assert redistribution.count == 2
        assert expected in seen
        assert Prefix.parse("10.78.1.0/24") not in {route.prefix for route in seen}


async def test_addresses_of_interfaces_come_as_host_routes(nodes: Nodes, start_bird: StartBird) -> None:
    """Without loopback and link-local ones; a second one comes and goes."""
    addresses = {"10.0.0.1/32", "10.0.1.1/32", f"{OURS4}/32", "2001:db8:a::1/128", "2001:db8:b::1/128", f"{OURS6}/128"}
    async with running(nodes, start_bird) as rig, rig.redistributing("local", interfaces=()):
        await rig.bird_has(*addresses)
        rig.ip("addr add 192.0.2.1/32 dev lo")
        rig.ip("addr add 2001:db8:1::1/128 dev lo")
        await rig.bird_has(*addresses, "192.0.2.1/32", "2001:db8:1::1/128")
        rig.ip("addr del 192.0.2.1/32 dev lo")
        rig.ip("addr del 2001:db8:b::1/64 dev lan1")
        await rig.bird_has(*addresses - {"2001:db8:b::1/128"}, "2001:db8:1::1/128")


async def test_what_we_have_installed_never_comes_back(nodes: Nodes, start_bird: StartBird) -> None:
    """Not even where its protocol is named; a static route over it does, and goes again."""
    async with running(nodes, start_bird) as rig:
        with rig.node.entered():
            fib = Fib(protocol=186)
            await fib.start()
        async with rig.redistributing("static", "bgp", own=["bgp"]) as redistribution:
            for text in ("10.77.0.0/16", "2001:db8:77::/48"):
                gateway = "10.0.0.2" if "." in text else "2001:db8:a::2"
                fib.replace(KernelRoute(prefix=Prefix.parse(text), next_hops=(NextHop(ip_address(gateway)),)))
            await fib.settled()
            assert rig.node.ip_json("route", "show", "10.77.0.0/16")[0]["protocol"] == "bgp"
            rig.ip("route add 10.78.0.0/16 via 10.0.0.2 proto static")
            await rig.bird_has("10.78.0.0/16")
            rig.ip("route add 10.77.0.0/16 via 10.0.0.3 proto static metric 5")
            await rig.bird_has("10.77.0.0/16", "10.78.0.0/16")
            rig.ip("route del 10.77.0.0/16 metric 5")
            await rig.bird_has("10.78.0.0/16")
            assert redistribution.count == 1
        await fib.close()


async def test_what_the_user_announces_himself_stays(nodes: Nodes, start_bird: StartBird) -> None:
    """While both are there his goes before ours; ours goes without it, and his without ours."""
    async with running(nodes, start_bird) as rig:
        his = PathAttributes(communities=(Community.parse("64512:7"),))
        await rig.speaker.announce("10.77.0.0/16", "10.78.0.0/16", attributes=his)
        options: dict[str, Any] = {"attributes": PathAttributes(origin=Origin.INCOMPLETE, local_pref=100)}
        async with rig.redistributing("static", **options):
            rig.ip("route add 10.77.0.0/16 via 10.0.0.2 proto static")
            await eventually(lambda: len(rig.speaker.paths("10.77.0.0/16")) == 2, "both", 2)
            await rig.bird_has("10.77.0.0/16", "10.78.0.0/16")
            assert "BGP.community: (64512,7)" in await rig.details("10.77.0.0/16")
            await rig.speaker.withdraw("10.77.0.0/16")
            await rig.bird_says("10.77.0.0/16", "BGP.origin: Incomplete")
            await rig.speaker.announce("10.77.0.0/16", attributes=his)
            rig.ip("route del 10.77.0.0/16")
            await eventually(lambda: len(rig.speaker.paths("10.77.0.0/16")) == 1, "his alone", 1)
            await rig.bird_says("10.77.0.0/16", "BGP.community: (64512,7)")
        await rig.bird_has("10.77.0.0/16", "10.78.0.0/16")


async def test_another_table_is_followed_in_another_namespace(nodes: Nodes, start_bird: StartBird) -> None:
    """By its number, in another network namespace by its name."""
    async with running(nodes, start_bird) as rig:
        redistribution = Redistribution(
            rig.speaker, RedistributionFilter(protocols=("static",)), table=1000, netns=rig.node.name
        )
        async with redistribution:
            rig.ip("route add 10.77.0.0/16 via 10.0.0.2 proto static table 1000")
            rig.ip("route add 10.78.0.0/16 via 10.0.0.2 proto static")
            await rig.bird_has("10.77.0.0/16")
            with pytest.raises(FibError, match="a redistribution runs once"):
                await redistribution.start()
        await rig.bird_has()
