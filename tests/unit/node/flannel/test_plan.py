"""The plan: what goes, who loses whom, in which order, and what may go wrong. walkthrough 8."""

from dataclasses import replace
from ipaddress import ip_address, ip_network
from pathlib import Path

from bgpkit_node.flannel import Conflists, Known, Machine, Plan, Rules, plan_of, recognise
from tests.unit.node.flannel.scenery import FLANNEL, KERNELS, LINKS, machine, settings, tunnelled

FILES = (Path("/net.d/10-bgpkit.conflist"), Path("/record.json"))
NODES = {ip_address("10.4.7.11"): "k8s-master1", ip_address("10.4.7.12"): "k8s-node1"}


def planned(here: Machine, known: Known | None = None) -> Plan:
    """Return the plan for a machine."""
    known = known or Known(node="k8s-master1", nodes=NODES)
    return plan_of(recognise(here, settings(), FLANNEL), here, settings(), known, FILES)


def test_what_goes_is_named_in_its_order() -> None:
    """Configuration, routes, tunnel, bridge."""
    assert [f"{each.kind} {each.what}" for each in planned(tunnelled()).removals] == [
        "configuration /net.d/10-flannel.conflist",
        "route 10.244.0.0/24 via 10.244.0.0 dev flannel.1 onlink",
        "route 10.244.2.0/24 via 10.244.2.0 dev flannel.1 onlink",
        "interface flannel.1 (vxlan 1, UDP port 8472, 10.244.1.0/32)",
        "interface cni0 (bridge, 10.244.1.1/24, 2 pods)",
    ]


def test_who_loses_whom_is_told_with_names_where_they_are_known() -> None:
    """By the datastore; over a tunnel by what the tunnel knows; else by address or range."""
    direct = [(each.who, each.whom) for each in planned(machine()).losses]
    assert direct == [
        ("the 2 pods on flannel on k8s-master1", "each other, k8s-master1 and everybody else"),
        ("k8s-master1 and its pods", "pods on flannel in 10.244.0.0/24 on k8s-node1"),
        ("pods of k8s-node1", "pods on flannel on k8s-master1"),
        ("k8s-master1 and its pods", "pods on flannel in 10.244.2.0/24 on 10.4.7.21"),
        ("pods of 10.4.7.21", "pods on flannel on k8s-master1"),
    ]
    over = [each.whom for each in planned(tunnelled()).losses if each.who == "k8s-master1 and its pods"]
    assert over == [
        "pods on flannel in 10.244.0.0/24 on k8s-node1",
        "pods on flannel in 10.244.2.0/24 on the node of 10.244.2.0/24",
    ]


def test_the_order_ends_with_the_other_nodes() -> None:
    """It begins with what has to be so before; steps without anything to do are left out."""
    order = planned(tunnelled()).order
    assert [step.partition(":")[0] for step in order] == [
        "the agents run on all nodes, with their sessions up, before the first node is migrated",
        "flannel's daemon is ended on all nodes",
        "/record.json is written",
        "our executable and /net.d/10-bgpkit.conflist are written, then flannel's configuration is removed",
        "the routes to other nodes are removed",
        "flannel.1 and then cni0 are removed",
        "the pods of k8s-master1 are created anew",
        "then the other nodes, one after the other, in the same way",
    ]
    assert len(planned(machine(links=LINKS[:3], routes=KERNELS)).order) == 4
    bare = machine(links=LINKS[:3], routes=KERNELS)
    assert plan_of(recognise(bare, None, Conflists()), bare, None, Known(node="a", nodes={}), FILES).order == ()


def test_doubtful_routes_and_pools_in_common_are_warned_of() -> None:
    """A gateway that is no node's address, when nodes are known; a pool that has addresses of pods on flannel."""
    known = Known(node="k8s-master1", nodes=NODES, pools=(ip_network("10.244.0.0/18"), ip_network("10.9.0.0/16")))
    doubt, pool = planned(machine(), known).warnings
    assert doubt.startswith("route 10.244.2.0/24 via 10.4.7.21 dev eth0: no node of the datastore has this address")
    assert pool.startswith("the pool 10.244.0.0/18 has flannel's 10.244.0.0/16 in common")
    assert planned(machine(), Known(node="a", nodes={})).warnings == ()


def test_rules_go_last_and_what_they_accept_is_thought_of() -> None:
    """Where FORWARD drops what no rule accepts, it is said that flannel's accept the pods; also, what is not known."""
    rules = Rules(program="iptables-nft", table="filter", chains=(("FLANNEL-FWD", ("-j ACCEPT",)),))
    plan = planned(replace(machine(), rules=(rules,), drops_forwarded=("iptables-nft",), rules_unknown="not read: x"))
    assert (plan.removals[-1].kind, plan.removals[-1].what) == ("rules", str(rules))
    assert plan.order[-3].startswith("flannel's rules of the packet filter are removed")
    assert plan.warnings[0] == "not read: x"
    assert plan.warnings[1].startswith("the policy of FORWARD is DROP, and flannel's rules are what accepts packets")
    for other in (("ip6tables-nft",), ()):
        assert "DROP" not in "".join(planned(replace(machine(), rules=(rules,), drops_forwarded=other)).warnings)
