"""Kinds are found by every word that calicoctl takes for them."""

import pytest

from bgpkit_node.resources.ip_pool import IPPool, IPPoolSpec
from bgpkit_node.resources.kubernetes_network_policy import KUBERNETES_NETWORK_POLICY
from bgpkit_node.resources.metadata import Metadata
from bgpkit_node.resources.network_policy import NETWORK_POLICY
from bgpkit_node.resources.node import NODE, Node
from bgpkit_node.resources.registry import (
    KINDS,
    did_you_mean,
    kind_called,
    kind_named,
    kind_of,
    unknown_kind,
    versions_of,
)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Node", "node nodes no"),
        ("IPPool", "ippool ippools ipp ipps pool pools"),
        ("BGPConfiguration", "bgpconfiguration bgpconfigurations bgpconfig bgpconfigs"),
        ("BGPPeer", "bgppeer bgppeers bgpp bgpps bp bps"),
        ("BGPFilter", "bgpfilter bgpfilters bgpf bgpfs bf bfs"),
        ("WorkloadEndpoint", "workloadendpoint workloadendpoints wep weps"),
        ("HostEndpoint", "hostendpoint hostendpoints hep heps"),
        ("IPReservation", "ipreservation ipreservations reservation reservations"),
        ("IPAMConfiguration", "ipamconfiguration ipamconfigurations ipamconfig ipamconfigs"),
        ("ClusterInformation", "clusterinformation clusterinformations clusterinfo clusterinfos"),
        ("FelixConfiguration", "felixconfiguration felixconfigurations felixconfig felixconfigs"),
        ("CalicoNodeStatus", "caliconodestatus caliconodestatuses nodestatus nodestatuses"),
        (
            "NetworkPolicy",
            "networkpolicy networkpolicies policy policies np nps pol pols networkpolicy.projectcalico.org",
        ),
        ("GlobalNetworkPolicy", "globalnetworkpolicy globalnetworkpolicies gnp gnps"),
        ("StagedNetworkPolicy", "stagednetworkpolicy stagednetworkpolicies snp snps"),
        ("StagedGlobalNetworkPolicy", "stagedglobalnetworkpolicy stagedglobalnetworkpolicies sgnp sgnps"),
        ("StagedKubernetesNetworkPolicy", "stagedkubernetesnetworkpolicy stagedkubernetesnetworkpolicies sknp sknps"),
        ("NetworkSet", "networkset networksets netset netsets"),
        ("GlobalNetworkSet", "globalnetworkset globalnetworksets gns"),
        ("Tier", "tier tiers"),
        ("Profile", "profile profiles pro pros"),
        ("Namespace", "namespace namespaces ns"),
        ("Service", "service services svc svcs"),
        ("EndpointSlice", "endpointslice endpointslices eps endpointslices.discovery.k8s.io"),
        (
            "KubernetesNetworkPolicy",
            "kubernetesnetworkpolicy knp knps networkpolicies.networking.k8s.io networkpolicy.networking.k8s.io",
        ),
        ("ClusterNetworkPolicy", "clusternetworkpolicy clusternetworkpolicies cnp cnps"),
        ("AdminNetworkPolicy", "adminnetworkpolicy adminnetworkpolicies anp anps"),
        ("BaselineAdminNetworkPolicy", "baselineadminnetworkpolicy baselineadminnetworkpolicies banp banps"),
    ],
)
def test_the_words_are_those_of_calicoctl(name: str, words: str) -> None:
    """In any case."""
    for word in words.split():
        assert kind_called(word).name == kind_called(word.upper()).name == name


def test_documents_write_the_exact_name() -> None:
    """kind: node is a mistake that is answered with the right name; the apiVersion tells kinds of one word apart."""
    assert kind_named("Node") is NODE
    assert kind_named("NetworkPolicy") is NETWORK_POLICY
    assert kind_named("NetworkPolicy", "networking.k8s.io/v1") is KUBERNETES_NETWORK_POLICY
    assert versions_of("NetworkPolicy") == ("projectcalico.org/v3", "networking.k8s.io/v1")
    with pytest.raises(ValueError, match=r"^must be projectcalico.org/v3 or networking.k8s.io/v1, not 'v1'$"):
        kind_named("NetworkPolicy", "v1")
    with pytest.raises(ValueError, match=r"kind 'node' is not known, only .*; did you mean Node\?"):
        kind_named("node")


def test_an_unknown_word_lists_the_kinds() -> None:
    """All of them, in order."""
    names = ", ".join(sorted(kind.name for kind in KINDS))
    with pytest.raises(ValueError, match=f"^kind 'x' is not known, only {names}$"):
        kind_called("x")


def test_a_word_names_one_kind_only() -> None:
    """No alias of one kind is a word for another; nor do two kinds of one apiVersion share a name."""
    words = [word for kind in KINDS for word in kind.words]
    assert len(words) == len(set(words))
    assert len({kind.name for kind in KINDS}) == len({(kind.api_version, kind.word) for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("word", ["BlockAffinity", "affinities"])
def test_a_kind_that_others_write_is_refused_as_such(word: str) -> None:
    """By name and by alias; it is not unknown."""
    for find in (kind_called, kind_named, unknown_kind_raised):
        with pytest.raises(ValueError, match=r"^kind [A-Za-z]+ is written by address management alone"):
            find(word)


def unknown_kind_raised(name: str) -> None:
    """Raise the sentence for an unknown kind."""
    raise ValueError(unknown_kind(name))


def test_a_row_is_found_by_type_and_by_resource() -> None:
    """Both ways lead to the same row."""
    pool = IPPool(metadata=Metadata(name="a"), spec=IPPoolSpec(cidr="10.0.0.0/16"))
    assert kind_of(Node) is NODE
    assert kind_of(pool) is kind_of(IPPool)


def test_only_a_close_word_is_proposed() -> None:
    """Case does not count; something quite different is not guessed at."""
    assert did_you_mean("PEERSELECTR", ["peerSelector", "peerIP"]) == "; did you mean peerSelector?"
    assert did_you_mean("zzz", ["peerSelector", "peerIP"]) == ""
