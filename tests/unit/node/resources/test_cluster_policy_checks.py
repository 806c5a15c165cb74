"""Parts of policies for a whole cluster, each by itself."""

from bgpkit_node.resources.cluster_policy_checks import (
    check_egress_peers,
    check_ingress_peers,
    check_interval,
    check_one_of,
    check_subject,
)
from bgpkit_node.resources.cluster_policy_fields import (
    ClusterEgressPeer,
    ClusterIngressPeer,
    PolicySubject,
    PortInterval,
)
from bgpkit_node.resources.label_selector import LabelSelector


def test_exactly_one_is_chosen() -> None:
    """An empty selector is one; no items are none."""
    assert not list(check_one_of("f", {"a": LabelSelector(), "b": None, "c": ()}))
    (none,) = check_one_of("f", {"a": None, "b": (), "c": None})
    assert none.text == "takes exactly one of a, b and c, and none is set"
    (two,) = check_one_of("f", {"a": 1, "b": 2})
    assert (two.field, two.text) == ("f", "takes exactly one of a and b, not a and b")


def test_subject_and_peers_choose_one() -> None:
    """A rule has at least one peer."""
    everything = LabelSelector()
    assert not list(check_subject(PolicySubject(namespaces=everything)))
    assert not list(check_ingress_peers("f", [ClusterIngressPeer(namespaces=everything)]))
    assert not list(check_egress_peers("f", [ClusterEgressPeer(networks=("::/0",))]))
    assert [fault.field for fault in check_subject(PolicySubject())] == ["spec.subject"]
    for peers in (check_ingress_peers("f", []), check_egress_peers("f", [])):
        assert [fault.text for fault in peers] == ["needs at least one peer"]


def test_what_cannot_be_enforced_is_all_that_is_said_of_a_peer() -> None:
    """Not also that it chooses none of the others."""
    peer = ClusterEgressPeer(nodes=LabelSelector(), domain_names=("a.org",))
    assert [fault.field for fault in check_egress_peers("f", [peer])] == ["f[0].nodes", "f[0].domainNames"]


def test_a_range_goes_up() -> None:
    """One port alone is none."""
    assert not list(check_interval("f", PortInterval(start=1, end=2)))
    assert [fault.field for fault in check_interval("f", PortInterval(start=2, end=2))] == ["f.end"]
