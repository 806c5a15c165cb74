"""Which addresses leak: what is sure, and what is let be because somebody may use it."""

from ipaddress import ip_address, ip_network

import pytest

from bgpkit_node.ipam import AffinityState, Block, Handle, Snapshot
from bgpkit_node.ipam.block import Owner
from bgpkit_node.ipam.leaks import Known, Suspicion, leaks, spare_blocks
from tests.support.ipam_cluster import host

NETWORK, OTHER = ip_network("10.244.0.0/26"), ip_network("10.244.0.64/26")
POD = {"namespace": "default", "pod": "web"}


def snapshot(*owners: Owner, **more: Block) -> Snapshot:
    """Return a block of node a in which each owner has an address, in order, and more blocks."""
    block = host(NETWORK, "a")
    for owner in owners:
        block, _ = block.assign(1, owner)
    blocks = {NETWORK: block} | {each.network: each for each in more.values()}
    claims = {(each.node or "", each.network): AffinityState.CONFIRMED for each in blocks.values()}
    return Snapshot(revision=1, blocks=blocks, affinities=claims, handles={}, unreadable=())


def known(*, in_use: tuple[str, ...] = (), living: tuple[str, ...] = ()) -> Known:
    """Return what node a knows, where nodes a and b exist."""
    return Known(node="a", nodes={"a", "b"}, in_use={ip_address(text) for text in in_use}, living=living)


def pod(handle: str, node: str = "a") -> Owner:
    """Return the owner of a pod's address."""
    return Owner.of(handle, {**POD, "node": node})


def test_a_pod_without_endpoint_and_interface_leaks() -> None:
    """What an endpoint has is in use, and what a container has that the kernel knows, with or without endpoint."""
    data = snapshot(pod("net.told"), pod("net.wired"), pod("net.lost"))
    found = leaks(data, known(in_use=("10.244.0.0",), living=("net.wired",)))
    assert list(found) == ["net.lost"]
    assert [str(one.address) for one in found["net.lost"].taken] == ["10.244.0.2"]


@pytest.mark.parametrize(
    ("owner", "leaking"),
    [
        (pod("h", "b"), False),
        (pod("h", "gone"), True),
        (Owner.of("h", {"node": "a"}), False),
        (Owner.of("h", {"node": "a", "pod": "web"}), False),
        (Owner.of("h", {"node": "a", "pod": "", "namespace": ""}), True),
        (Owner.of("h", POD), False),
        (Owner(None, (("node", "gone"),)), False),
        (Owner.of("ipip-tunnel-addr-a", {"node": "a", "type": "ipipTunnelAddress"}), False),
        (Owner.of("ipip-tunnel-addr-gone", {"node": "gone", "type": "ipipTunnelAddress"}), True),
        (Owner.of("windows-reserved-ipam-handle", {"node": "gone"}), False),
        (Owner.of("lb-5feceb66", {"node": "gone"}), False),
    ],
)
def test_what_is_not_sure_is_in_use(owner: Owner, *, leaking: bool) -> None:
    """Other nodes' pods, what tells no node or no pod, tunnels of nodes that exist, and what is no node's at all."""
    assert bool(leaks(snapshot(owner), known())) is leaking


def test_a_handle_leaks_whole_or_not_at_all() -> None:
    """One address in use, on whatever node, or one block that cannot be read, keeps all of the handle."""
    data = snapshot(pod("net.c1"), pod("net.c1"))
    assert len(leaks(data, known())["net.c1"].taken) == 2
    assert leaks(data, known(in_use=("10.244.0.1",))) == {}
    second, _ = host(OTHER, "b").assign(1, pod("net.c1", "b"))
    assert leaks(snapshot(pod("net.c1"), second=second), known()) == {}
    unreadable = Snapshot(
        revision=1,
        blocks=data.blocks,
        affinities={},
        handles={"net.c1": Handle(((NETWORK, 2), (OTHER, 1)))},
        unreadable=(),
    )
    assert leaks(unreadable, known()) == {}


def test_suspicion_needs_time_without_a_change() -> None:
    """What changes, or is gone for one look, begins anew."""
    suspicion = Suspicion(900)
    assert suspicion.look({"h": 1, "k": 1}, 0) == set()
    assert suspicion.look({"h": 1, "k": 2}, 899) == set()
    assert suspicion.look({"h": 1, "k": 2}, 900) == {"h"}
    assert suspicion.look({"k": 2}, 1000) == set()
    assert suspicion.look({"h": 1, "k": 2}, 1800) == {"k"}
    suspicion.forget("k")
    assert ("k" in suspicion, "h" in suspicion) == (False, True)


def test_empty_blocks_are_given_up_but_for_one_of_each_version() -> None:
    """Only what was empty in the last look, and in which nothing has happened since."""
    blocks = {
        text: host(ip_network(text), "a", sequence=number)
        for number, text in enumerate(("10.244.1.0/26", "10.244.2.0/26", "fd00::/122"))
    }
    data = snapshot(pod("h"), **blocks)
    empty, spare = spare_blocks(data, "a", {})
    assert (empty, spare) == ({block.network: block.sequence for block in blocks.values()}, ())
    assert spare_blocks(data, "a", empty)[1] == (ip_network("10.244.1.0/26"), ip_network("10.244.2.0/26"))
    touched = {**empty, ip_network("10.244.1.0/26"): 7}
    assert spare_blocks(data, "a", touched)[1] == (ip_network("10.244.2.0/26"),)
    assert spare_blocks(snapshot(), "a", {NETWORK: 2})[1] == ()
    assert spare_blocks(data, "b", empty) == ({}, ())
