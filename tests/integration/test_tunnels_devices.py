"""The devices of tunnels, asked of the kernel: made, left alone, put right, made anew, given up."""

from collections.abc import Generator
from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from bgpkit_node.kernel import LinkNotices, Netlink
from bgpkit_node.resources import FelixSettings
from bgpkit_node.tunnels.devices import abandon_device, is_ours, keep_device, strip_device
from bgpkit_node.tunnels.ends import TunnelEnd
from bgpkit_node.tunnels.guard_table import GuardTable
from bgpkit_node.tunnels.senders import Guard
from bgpkit_node.tunnels.tunnel import VXLAN, VXLAN6
from bgpkit_node.tunnels.wishes import DeviceWish
from tests.support.netns import Namespace, Namespaces
from tests.support.skips import require_package

pytestmark = pytest.mark.netns

ENDS = tuple(
    TunnelEnd(node=ip_address(f"10.0.1.{n}"), address=ip_address(f"10.244.{n}.1"), mac=f"66:00:00:00:00:0{n}")
    for n in (2, 3)
)
WISH = DeviceWish(
    tunnel=VXLAN,
    settings=FelixSettings(),
    local=ip_address("10.0.1.1"),
    address=ip_address("10.244.1.1"),
    mac="66:00:00:00:00:01",
    ends=ENDS,
)
POOLS = (ip_network("10.244.0.0/16"),)


@pytest.fixture
def node(namespaces: Namespaces) -> Generator[Namespace]:
    """Make a node with an address; the test is in its namespace."""
    made = namespaces.node("n")
    made.ip("addr", "add", "10.0.1.1/24", "dev", "lo")
    with made.entered():
        yield made


def keep(wish: DeviceWish = WISH, *used: str) -> int:
    """Keep a device over an interface of Ethernet."""
    with Netlink() as netlink:
        return keep_device(netlink, wish, 1500, [ip_address(each) for each in used])


def abandon(*, made_here: bool) -> bool:
    """Give the device up."""
    with Netlink() as netlink:
        return abandon_device(netlink, VXLAN, POOLS, made_here=made_here)


def test_a_device_is_made_once_and_is_as_calico_has_it(node: Namespace) -> None:
    """Id, port, addresses and MTU; who is where stands in it, and nothing is learned. A second look changes nothing."""
    link = keep()
    [row] = node.ip_json("-d", "link", "show", "vxlan.calico")
    data = row["linkinfo"]["info_data"]
    assert (data["id"], data["port"], data["local"], data["learning"]) == (4096, 4789, "10.0.1.1", False)
    assert (row["mtu"], row["address"], "UP" in row["flags"]) == (1450, WISH.mac, True)
    [address] = node.ip_json("-4", "addr", "show", "dev", "vxlan.calico")[0]["addr_info"]
    assert (address["local"], address["prefixlen"], address["scope"]) == ("10.244.1.1", 32, "global")
    rows = node.ip_json("neigh", "show", "dev", "vxlan.calico")
    assert sorted((row["dst"], row["lladdr"], *row["state"]) for row in rows) == [
        ("10.244.2.1", "66:00:00:00:00:02", "PERMANENT"),
        ("10.244.3.1", "66:00:00:00:00:03", "PERMANENT"),
    ]
    assert entries(node) == {"66:00:00:00:00:02": "10.0.1.2", "66:00:00:00:00:03": "10.0.1.3"}
    with LinkNotices() as notices:
        assert keep() == link
        assert not notices.concern([link])
        node.ip("link", "set", "lo", "mtu", "9000")
        assert not notices.concern([link])
        node.ip("link", "set", "vxlan.calico", "mtu", "1300")
        assert notices.concern([link])
        node.ip("neigh", "add", "10.244.9.1", "dev", "vxlan.calico", "lladdr", "66:00:00:00:00:09")
        assert not notices.concern([], [link])
        node.ip("neigh", "del", "10.244.9.1", "dev", "vxlan.calico")
        assert notices.concern([link])
        node.ip("link", "set", "vxlan.calico", "mtu", "1310")
        assert notices.concern([], [link])
        sought = [ip_address("192.0.2.77"), ip_address("fd77::1")]
        for address in ("192.0.2.76/24", "192.0.2.77/24", "fd77::1/64"):
            for verb in ("add", "del"):
                node.ip("addr", verb, address, "dev", "lo")
                assert notices.concern([], [], sought) is (ip_address(address.partition("/")[0]) in sought)
    assert keep() == link
    assert node.ip_json("link", "show", "vxlan.calico")[0]["mtu"] == 1450


def test_other_nodes_are_followed(node: Namespace) -> None:
    """One that has gone is forgotten unless routes still go to it; one with another address or MAC is found there."""
    keep()
    moved = replace(ENDS[0], node=ip_address("10.0.1.9"))
    keep(replace(WISH, ends=(moved,)), "10.244.3.1")
    assert entries(node) == {"66:00:00:00:00:02": "10.0.1.9", "66:00:00:00:00:03": "10.0.1.3"}
    assert len(node.ip_json("neigh", "show", "dev", "vxlan.calico")) == 2
    keep(replace(WISH, ends=(moved,)))
    assert entries(node) == {"66:00:00:00:00:02": "10.0.1.9"}
    keep(replace(WISH, ends=(replace(moved, mac="66:00:00:00:00:07"),)))
    assert entries(node) == {"66:00:00:00:00:07": "10.0.1.9"}
    [row] = node.ip_json("neigh", "show", "dev", "vxlan.calico")
    assert (row["dst"], row["lladdr"]) == ("10.244.2.1", "66:00:00:00:00:07")


def test_a_device_that_cannot_be_made_to_fit_is_made_anew(node: Namespace) -> None:
    """Another id, or one that learns: whoever made it."""
    for words in ("id 5 dstport 4789", "id 4096 dstport 4789 local 10.0.1.1", "id 4096 dstport 8472 nolearning"):
        node.ip("link", "add", "vxlan.calico", "type", "vxlan", *words.split())
        keep()
        data = node.ip_json("-d", "link", "show", "vxlan.calico")[0]["linkinfo"]["info_data"]
        assert (data["id"], data["port"], data["learning"]) == (4096, 4789, False)
        node.ip("link", "del", "vxlan.calico")


def test_another_address_comes_before_the_present_one_goes(node: Namespace) -> None:
    """With the last address of a device all its routes would go."""
    keep()
    node.ip("route", "add", "10.244.2.0/26", "via", "10.244.2.1", "dev", "vxlan.calico", "onlink")
    node.ip("addr", "add", "10.9.9.9/24", "dev", "vxlan.calico")
    keep(replace(WISH, address=ip_address("10.244.1.7")))
    [address] = node.ip_json("-4", "addr", "show", "dev", "vxlan.calico")[0]["addr_info"]
    assert (address["local"], address["prefixlen"]) == ("10.244.1.7", 32)
    assert node.ip_json("route", "show", "10.244.2.0/26") != []
    with Netlink() as netlink:
        strip_device(netlink, VXLAN)
        strip_device(netlink, VXLAN6)
    assert node.ip_json("-4", "addr", "show", "dev", "vxlan.calico") == []


def test_a_device_is_given_up_when_no_route_goes_by_it(node: Namespace) -> None:
    """That of another program is not: unless it was made here it must have an address out of a pool."""
    assert abandon(made_here=False)
    keep()
    with Netlink() as netlink:
        assert [is_ours(netlink, VXLAN, pools) for pools in (POOLS, ())] == [True, False]
        assert not is_ours(netlink, VXLAN6, POOLS)
        node.ip("link", "set", "vxlan.calico", "down")
        assert not is_ours(netlink, VXLAN, POOLS)
        keep()
    node.ip("route", "add", "10.244.2.0/26", "via", "10.244.2.1", "dev", "vxlan.calico", "onlink")
    assert not abandon(made_here=False)
    node.ip("route", "del", "10.244.2.0/26")
    assert abandon(made_here=False)
    assert [row["ifname"] for row in node.ip_json("link")] == ["lo"]
    keep(replace(WISH, address=ip_address("10.7.7.7")))
    assert abandon(made_here=False)
    assert node.ip_json("link", "show", "vxlan.calico") != []
    assert abandon(made_here=True)
    assert [row["ifname"] for row in node.ip_json("link")] == ["lo"]


def test_a_strict_filter_on_the_device_is_made_loose(node: Namespace) -> None:
    """They come by a tunnel from where the node itself sends without one, and the other way round."""
    node.sysctl("net.ipv4.conf.all.rp_filter", 1)
    keep()
    assert node.run(["cat", "/proc/sys/net/ipv4/conf/vxlan.calico/rp_filter"]).stdout == "2\n"


@pytest.mark.parametrize("words", ["flush set inet bgpkit-tunnels nodes4", "flush table inet bgpkit-tunnels"])
def test_what_another_hand_takes_from_the_guard_comes_back(node: Namespace, words: str) -> None:
    """Without its senders it would keep out every node; ranges and single addresses are known again, of both sorts."""
    require_package("nftables")
    senders = ["10.4.7.2/31", "10.4.8.0/24", "255.255.255.255/32", "fd00:7::/64", "fd00:8::1/128", "::/1"]
    guard = Guard(tunnels=frozenset({VXLAN, VXLAN6}), senders=frozenset(map(ip_network, senders)), port=4789)
    assert [GuardTable().settle(guard) for _ in range(2)] == [True, False]
    whole = node.run(["nft", "list", "table", "inet", "bgpkit-tunnels"]).stdout
    node.run(["nft", words])
    assert [GuardTable().settle(guard) for _ in range(2)] == [True, False]
    assert node.run(["nft", "list", "table", "inet", "bgpkit-tunnels"]).stdout == whole
    assert GuardTable().settle(Guard())
    assert node.run(["nft", "list", "tables"]).stdout == ""


def entries(node: Namespace) -> dict[str, str]:
    """Return the forwarding database: where each MAC address is."""
    lines = [line.split() for line in node.run(["bridge", "fdb", "show", "dev", "vxlan.calico"]).stdout.splitlines()]
    return {words[0]: words[words.index("dst") + 1] for words in lines if "dst" in words}
