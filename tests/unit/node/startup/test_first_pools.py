"""The first pools: what each variable says, what is free, and what is ignored once there are pools."""

from ipaddress import ip_network

import pytest

from bgpkit_node.errors import NodeError
from bgpkit_node.resources import EncapsulationMode, IPPool, IPPoolSpec, Metadata
from bgpkit_node.startup.first_pools import FirstPool, free_range, ignored, read_first_pools

NEVER, ALWAYS, CROSS = EncapsulationMode.NEVER, EncapsulationMode.ALWAYS, EncapsulationMode.CROSS_SUBNET
RANGE = ip_network("10.244.0.0/16")


def four(**said: str) -> FirstPool:
    """Return what the IPv4 variables say; their names without what they begin with."""
    return read_first_pools({f"CALICO_IPV4POOL_{name}": text for name, text in said.items()}).ipv4


def present(name: str, cidr: str, mode: EncapsulationMode = NEVER) -> IPPool:
    """Make a pool that is there already."""
    return IPPool(metadata=Metadata(name=name), spec=IPPoolSpec(cidr=cidr, ipip_mode=mode, nat_outgoing=True))


def test_without_a_word_a_pool_is_as_calico_makes_it() -> None:
    """NatOutgoing for IPv4 alone; IPv6 only on a node that has it."""
    pools = read_first_pools({})
    assert pools.of(ipv6=False) == (pools.ipv4,)
    assert pools.of(ipv4=False, ipv6=True) == (pools.ipv6,)
    first, second = pools.of(ipv6=True)
    assert first.resource(RANGE).spec == IPPoolSpec(cidr="10.244.0.0/16", nat_outgoing=True, block_size=26)
    spec = second.resource(ip_network("fd00::/64")).spec
    assert spec == IPPoolSpec(cidr="fd00::/64", nat_outgoing=False, block_size=122)
    assert (first.name, second.name) == ("default-ipv4-ippool", "default-ipv6-ippool")


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("", NEVER),
        ("Never", NEVER),
        ("OFF", NEVER),
        ("always", ALWAYS),
        ("Always", ALWAYS),
        ("CrossSubnet", CROSS),
        ("cross-subnet", CROSS),
        (" CROSSSUBNET ", CROSS),
    ],
)
def test_modes_in_any_case(text: str, mode: EncapsulationMode) -> None:
    """Walkthrough 3."""
    assert four(IPIP=text).resource(RANGE).spec.ipip_mode is mode
    assert four(VXLAN=text).resource(RANGE).spec.vxlan_mode is mode


def test_every_variable_has_its_field() -> None:
    """Of either family, with what both have in common."""
    said = {
        "CALICO_IPV6POOL_CIDR": "fd00:244::/64",
        "CALICO_IPV6POOL_VXLAN": "Always",
        "CALICO_IPV6POOL_BLOCK_SIZE": "120",
        "CALICO_IPV6POOL_NODE_SELECTOR": "has(rack)",
        "CALICO_IPV6POOL_NAT_OUTGOING": "Yes",
        "CALICO_IPV6POOL_DISABLE_BGP_EXPORT": "true",
    }
    pool = read_first_pools(said).ipv6
    assert pool.cidr == ip_network("fd00:244::/64")
    assert pool.resource(ip_network("fd00:244::/64")).spec == IPPoolSpec(
        cidr="fd00:244::/64",
        vxlan_mode=ALWAYS,
        block_size=120,
        node_selector="has(rack)",
        nat_outgoing=True,
        disable_bgp_export=True,
    )
    assert four(NAT_OUTGOING="0").resource(RANGE).spec.nat_outgoing is False


def test_no_pool_is_made_where_none_is_wanted() -> None:
    """Neither of both, or not that of a family."""
    assert read_first_pools({"NO_DEFAULT_POOLS": "True"}).of(ipv6=True) == ()
    assert len(read_first_pools({"NO_DEFAULT_POOLS": "false"}).of(ipv6=True)) == 2
    assert [pool.version for pool in read_first_pools({"CALICO_IPV4POOL_CIDR": "none"}).of(ipv6=True)] == [6]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"CALICO_IPV4POOL_CIDR": "10.244"}, "CALICO_IPV4POOL_CIDR: '10.244' is not an IP address with a prefix"),
        ({"CALICO_IPV4POOL_CIDR": "10.244.7.0/16"}, "CALICO_IPV4POOL_CIDR: 10.244.7.0/16 is not strictly masked"),
        ({"CALICO_IPV4POOL_CIDR": "fd00::/64"}, "CALICO_IPV4POOL_CIDR: fd00::/64 is an IPv6 range, not an IPv4 one"),
        (
            {"CALICO_IPV4POOL_CIDR": "10.244.0.0/28"},
            "CALICO_IPV4POOL_CIDR: .* is smaller than a block of the pool, /26",
        ),
        ({"CALICO_IPV4POOL_CIDR": "169.254.0.0/20"}, "CALICO_IPV4POOL_CIDR: .* touches the link-local range"),
        ({"CALICO_IPV4POOL_IPIP": "Sometimes"}, r"CALICO_IPV4POOL_IPIP is 'Sometimes': write Never \(or Off\), Always"),
        ({"CALICO_IPV6POOL_VXLAN": "on"}, "CALICO_IPV6POOL_VXLAN is 'on'"),
        (
            {"CALICO_IPV4POOL_IPIP": "Always", "CALICO_IPV4POOL_VXLAN": "Always"},
            "POOL_VXLAN: ipipMode and vxlanMode cannot",
        ),
        ({"CALICO_IPV6POOL_IPIP": "Always"}, "CALICO_IPV6POOL_IPIP: IPIP is not supported on an IPv6 pool"),
        ({"CALICO_IPV4POOL_BLOCK_SIZE": "64"}, "CALICO_IPV4POOL_BLOCK_SIZE: must be between 20 and 32"),
        (
            {"CALICO_IPV4POOL_BLOCK_SIZE": "/26"},
            "CALICO_IPV4POOL_BLOCK_SIZE is '/26': write the prefix length of a block",
        ),
        ({"CALICO_IPV4POOL_NODE_SELECTOR": "has("}, "CALICO_IPV4POOL_NODE_SELECTOR: "),
        ({"CALICO_IPV4POOL_NAT_OUTGOING": "maybe"}, "CALICO_IPV4POOL_NAT_OUTGOING is 'maybe': write true or false"),
        ({"NO_DEFAULT_POOLS": "all"}, "NO_DEFAULT_POOLS is 'all': write true or false"),
        (
            {"NO_DEFAULT_POOLS": "true", "CALICO_IPV6POOL_CIDR": "fd00::/64"},
            "NO_DEFAULT_POOLS is true and CALICO_IPV6POOL_CIDR names a pool: set one of them",
        ),
    ],
)
def test_a_bad_value_is_one_sentence_with_its_variable(said: dict[str, str], sentence: str) -> None:
    """And stops the start. walkthrough 3."""
    with pytest.raises(NodeError, match=sentence) as raised:
        read_first_pools(said)
    assert "\n" not in str(raised.value)


def test_the_first_private_range_that_is_free() -> None:
    """A default route is in nobody's way."""
    taken = [ip_network(text) for text in ("0.0.0.0/0", "10.4.7.0/24", "::/0")]
    assert free_range(4, taken) == ip_network("192.168.0.0/16")
    taken += [ip_network("192.168.1.0/24"), ip_network("172.16.0.0/15")]
    assert free_range(4, taken) == ip_network("172.18.0.0/16")
    assert free_range(4, [*taken, ip_network("172.16.0.0/12")]) == ip_network("10.0.0.0/16")
    assert free_range(6, taken) == ip_network("fd80:24e2:f998:72d6::/64")
    with pytest.raises(NodeError, match=r"IPv6 pool is in use .* CALICO_IPV6POOL_CIDR, or set NO_DEFAULT_POOLS=true"):
        free_range(6, [ip_network("fd80::/16")])


def test_what_differs_from_the_pools_there_are_is_told() -> None:
    """Only what was said, each with what holds instead; the other family's pools do not count."""
    pool = four(CIDR="10.9.0.0/16", IPIP="always", NAT_OUTGOING="true")
    assert list(ignored(pool, [])) == []
    assert list(ignored(pool, [present("six", "fd00::/64")])) == []
    assert list(ignored(pool, [present("p", "10.9.0.0/16", ALWAYS)])) == []
    assert list(ignored(pool, [present("p", "10.244.0.0/16")])) == [
        "CALICO_IPV4POOL_CIDR=10.9.0.0/16 (IPPool(p) has 10.244.0.0/16)"
    ]
    assert list(ignored(four(IPIP="always", NAT_OUTGOING="no"), [present("default-ipv4-ippool", "10.244.0.0/16")])) == [
        "CALICO_IPV4POOL_IPIP=always (IPPool(default-ipv4-ippool) has Never)",
        "CALICO_IPV4POOL_NAT_OUTGOING=no (IPPool(default-ipv4-ippool) has true)",
    ]
