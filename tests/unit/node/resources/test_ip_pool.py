"""IPPool: defaults, rules of one pool, rules of all pools together."""

import pytest

from bgpkit_node.resources.ip_pool import (
    IP_POOL,
    AssignmentMode,
    EncapsulationMode,
    IPPool,
    IPPoolSpec,
    PoolUse,
    check_ip_pool,
    check_ip_pools,
)
from bgpkit_node.resources.metadata import Metadata


def _pool(name: str, cidr: str, *, block_size: int = 0, disabled: bool = False) -> IPPool:
    return IPPool(metadata=Metadata(name=name), spec=IPPoolSpec(cidr=cidr, block_size=block_size, disabled=disabled))


def _faults(spec: IPPoolSpec) -> list[tuple[str, str]]:
    return [(fault.field, fault.text) for fault in check_ip_pool(IPPool(metadata=Metadata(name="a"), spec=spec))]


def test_what_is_left_out_is_filled_in() -> None:
    """The values of calicoctl's own defaults."""
    four, six = IPPoolSpec(cidr="10.244.0.0/16"), IPPoolSpec(cidr="fd00::/64", node_selector="")
    assert (four.block_size, six.block_size) == (26, 122)
    assert four.ipip_mode is four.vxlan_mode is EncapsulationMode.NEVER
    assert (four.node_selector, six.node_selector) == ("all()", "all()")
    assert four.allowed_uses == (PoolUse.WORKLOAD, PoolUse.TUNNEL)
    assert IPPoolSpec(cidr="10.0.0.0/8", namespace_selector="all()").allowed_uses == (PoolUse.WORKLOAD,)
    assert four.assignment_mode is AssignmentMode.AUTOMATIC
    assert not four.nat_outgoing
    assert not four.disabled
    assert not four.disable_bgp_export


@pytest.mark.parametrize(
    ("cidr", "words"),
    [
        ("10.244.0.0", "is not a range of addresses"),
        ("10.244.0.0/33", "is not a range of addresses"),
        ("", "is not a range of addresses"),
        ("10.244.0.1/16", "IPPool CIDR is not strictly masked: 10.244.0.1/16 lies in 10.244.0.0/16"),
        ("169.254.128.0/24", "touches the link-local range 169.254.0.0/16"),
        ("168.0.0.0/6", "touches the link-local range 169.254.0.0/16"),
        ("fe80::/64", "touches the link-local range fe80::/10"),
        ("10.0.0.0/27", "is smaller than a block of the pool, /26"),
        ("fd00::/123", "is smaller than a block of the pool, /122"),
    ],
)
def test_a_wrong_range_is_refused(cidr: str, words: str) -> None:
    """Each with its reason."""
    ((field, text),) = _faults(IPPoolSpec(cidr=cidr))
    assert field == "spec.cidr"
    assert words in text


@pytest.mark.parametrize(
    ("cidr", "range_"),
    [
        ("127.0.0.0/8", "127.0.0.0/8"),
        ("127.4.0.0/16", "127.0.0.0/8"),
        ("224.0.0.0/8", "224.0.0.0/4"),
        ("ff00::/16", "ff00::/8"),
        ("::/112", "::1/128"),
        ("::ffff:10.0.0.0/112", "::ffff:0:0/96"),
    ],
)
def test_addresses_that_no_pod_can_have_may_be_stored_and_not_written(cidr: str, range_: str) -> None:
    """A store of Calico may hold them, which takes them."""
    pool = _pool("a", cidr)
    assert list(check_ip_pool(pool)) == []
    (fault,) = IP_POOL.faults(pool)
    assert (fault.field, range_ in fault.text) == ("spec.cidr", True)


def test_a_range_is_written_as_calico_writes_it() -> None:
    """Small letters and no zeros (RFC 5952, section 4); what is no range is left as it is, to be refused."""
    assert IPPoolSpec(cidr="FD00:0::/64").cidr == "fd00::/64"
    for wrong in ("10.244.0.1/16", "10.244.0.0", "10.200.0.0/255.255.255.0", "fd00::%eth0/64"):
        assert IPPoolSpec(cidr=wrong).cidr == wrong
        ((field, _),) = _faults(IPPoolSpec(cidr=wrong))
        assert field == "spec.cidr"


@pytest.mark.parametrize(
    ("cidr", "size", "allowed"),
    [
        ("10.0.0.0/8", 20, True),
        ("10.0.0.0/8", 32, True),
        ("10.0.0.0/8", 19, False),
        ("10.0.0.0/8", 33, False),
        ("fd00::/64", 116, True),
        ("fd00::/64", 128, True),
        ("fd00::/64", 115, False),
        ("fd00::/64", 26, False),
    ],
)
def test_block_sizes_have_bounds(cidr: str, size: int, allowed: bool) -> None:
    """20 to 32 for IPv4, 116 to 128 for IPv6."""
    faults = _faults(IPPoolSpec(cidr=cidr, block_size=size))
    assert [field for field, _ in faults] == ([] if allowed else ["spec.blockSize"])


def test_a_pool_may_be_one_block() -> None:
    """Smaller is allowed only to a pool that is disabled."""
    assert _faults(IPPoolSpec(cidr="10.0.0.0/26")) == []
    assert _faults(IPPoolSpec(cidr="10.0.0.0/27", disabled=True)) == []


def test_encapsulations_exclude_each_other() -> None:
    """And IPIP does not carry IPv6."""
    always, cross = EncapsulationMode.ALWAYS, EncapsulationMode.CROSS_SUBNET
    assert [field for field, _ in _faults(IPPoolSpec(cidr="10.0.0.0/16", ipip_mode=always, vxlan_mode=cross))] == [
        "spec.vxlanMode"
    ]
    assert [field for field, _ in _faults(IPPoolSpec(cidr="fd00::/64", ipip_mode=always))] == ["spec.ipipMode"]
    assert _faults(IPPoolSpec(cidr="fd00::/64", vxlan_mode=always)) == []


def test_a_pool_for_load_balancers_is_that_alone() -> None:
    """Every rule of such pools."""
    spec = IPPoolSpec(
        cidr="10.0.0.0/16",
        allowed_uses=(PoolUse.LOAD_BALANCER, PoolUse.WORKLOAD),
        vxlan_mode=EncapsulationMode.ALWAYS,
        disable_bgp_export=True,
        node_selector="has(a)",
    )
    assert [field for field, _ in _faults(spec)] == [
        "spec.allowedUses",
        "spec.vxlanMode",
        "spec.disableBGPExport",
        "spec.nodeSelector",
    ]
    assert _faults(IPPoolSpec(cidr="10.0.0.0/16", allowed_uses=(PoolUse.LOAD_BALANCER,))) == []


def test_uses_and_selectors_are_checked() -> None:
    """A use twice, a namespace selector on a pool of tunnels, selectors that are none."""
    twice = IPPoolSpec(cidr="10.0.0.0/16", allowed_uses=(PoolUse.WORKLOAD, PoolUse.WORKLOAD))
    tunnel = IPPoolSpec(cidr="10.0.0.0/16", allowed_uses=(PoolUse.TUNNEL,), namespace_selector="all()")
    wrong = IPPoolSpec(cidr="10.0.0.0/16", node_selector="a = b", namespace_selector="global()")
    assert [field for field, _ in _faults(twice)] == ["spec.allowedUses"]
    assert [field for field, _ in _faults(tunnel)] == ["spec.namespaceSelector"]
    assert [field for field, _ in _faults(wrong)] == ["spec.nodeSelector", "spec.namespaceSelector"]


def test_pools_that_overlap_are_refused_in_the_words_that_clients_know() -> None:
    """The newer one is at fault; each pair is said once."""
    before = [_pool("z", "10.244.0.0/16")]
    after = [*before, _pool("a", "10.244.1.0/24"), _pool("b", "10.245.0.0/16")]
    assert [(name, fault.text) for name, fault in check_ip_pools(after, before)] == [
        ("a", "IPPool(a) CIDR overlaps with IPPool(z) CIDR 10.244.0.0/16")
    ]


def test_pools_of_both_ip_versions_do_not_overlap() -> None:
    """Also where the numbers would."""
    assert list(check_ip_pools([_pool("a", "0.0.0.0/1"), _pool("b", "::/1")], [])) == []


def test_range_and_block_size_stay() -> None:
    """Blocks have been cut from them."""
    before = [_pool("a", "10.244.0.0/16"), _pool("b", "10.245.0.0/16")]
    after = [_pool("a", "10.246.0.0/16"), _pool("b", "10.245.0.0/16", block_size=27)]
    faults = [(name, fault.field, fault.text.partition(":")[0]) for name, fault in check_ip_pools(after, before)]
    assert faults == [
        ("a", "spec.cidr", "IPPool CIDR cannot be modified"),
        ("b", "spec.blockSize", "IPPool BlockSize cannot be modified"),
    ]
    assert list(check_ip_pools([_pool("a", "10.244.0.0/16", block_size=26)], before)) == []


def test_the_columns_are_those_of_calicoctl() -> None:
    """The present ones; those that 3.9 did not have are marked."""
    pool = _pool("default-ipv4-ippool", "10.244.0.0/16")
    rows = {column.header: column.cell(pool, 0) for column in IP_POOL.wide}
    assert rows == {
        "NAME": "default-ipv4-ippool",
        "CIDR": "10.244.0.0/16",
        "NAT": "false",
        "IPIPMODE": "Never",
        "VXLANMODE": "Never",
        "DISABLED": "false",
        "DISABLEBGPEXPORT": "false",
        "SELECTOR": "all()",
        "ASSIGNMENTMODE": "Automatic",
    }
    assert [column.header for column in IP_POOL.wide if column.recent] == ["DISABLEBGPEXPORT", "ASSIGNMENTMODE"]
    assert [column.header for column in IP_POOL.narrow] == ["NAME", "CIDR", "SELECTOR"]
