"""Every kind goes through every verb in every form of input. calico.md, section 1, rows 13 and 14."""

import json
from pathlib import Path

import pytest
import yaml

from bgpkit_node.resources import KINDS, kind_called
from tests.support.commands import Answer, asked
from tests.support.revisions import revision

_TELNET: dict[str, object] = {"destination": {"ports": [23]}}
SPECS: dict[str, tuple[str, dict[str, object]]] = {
    "Node": ("k8s-node1", {"bgp": {"ipv4Address": "10.4.7.12/24"}}),
    "IPPool": ("default-ipv4-ippool", {"cidr": "10.244.0.0/16"}),
    "BGPConfiguration": ("default", {"asNumber": 63400}),
    "BGPPeer": ("tor", {"peerIP": "10.4.7.1", "asNumber": 65000}),
    "BGPFilter": ("filter", {"exportV4": [{"action": "Accept", "matchOperator": "In", "cidr": "10.0.0.0/8"}]}),
    "WorkloadEndpoint": (
        "a-k8s-nginx-eth0",
        {"orchestrator": "k8s", "node": "a", "pod": "nginx", "endpoint": "eth0", "interfaceName": "cali1"},
    ),
    "HostEndpoint": ("eth0", {"node": "a", "interfaceName": "eth0"}),
    "IPReservation": ("kept", {"reservedCIDRs": ["10.244.0.1"]}),
    "IPAMConfiguration": ("default", {"strictAffinity": True, "autoAllocateBlocks": True}),
    "ClusterInformation": ("default", {"clusterGUID": "ab", "datastoreReady": True}),
    "FelixConfiguration": ("default", {"ipipMTU": 1440}),
    "KubeControllersConfiguration": ("default", {"controllers": {"node": {"syncLabels": "Enabled"}}}),
    "CalicoNodeStatus": ("status", {"node": "a", "classes": ["BGP"], "updatePeriodSeconds": 10}),
    "Tier": ("security", {"order": 100, "defaultAction": "Pass"}),
    "Profile": ("kns.shop", {"labelsToApply": {"pcns.team": "a"}}),
    "NetworkSet": ("office", {"nets": ["192.168.1.0/24"]}),
    "GlobalNetworkSet": ("partners", {"nets": ["203.0.113.7"]}),
    "NetworkPolicy": ("db", {"order": 10.5, "selector": "role == 'db'", "ingress": [{"action": "Allow"}]}),
    "GlobalNetworkPolicy": ("no-telnet", {"egress": [{"action": "Deny", "protocol": "TCP", **_TELNET}]}),
    "StagedNetworkPolicy": ("db", {"stagedAction": "Delete", "selector": "role == 'db'"}),
    "StagedGlobalNetworkPolicy": ("no-telnet", {"egress": [{"action": "Deny", "protocol": "TCP", **_TELNET}]}),
    "StagedKubernetesNetworkPolicy": ("db", {"podSelector": {"matchLabels": {"role": "db"}}}),
    "Namespace": ("shop", {"finalizers": ["kubernetes"]}),
    "Service": ("web", {"type": "NodePort", "clusterIP": "10.96.0.10", "externalTrafficPolicy": "Local"}),
    "EndpointSlice": ("web-1", {"addressType": "IPv4", "endpoints": [{"addresses": ["10.244.0.1"]}]}),
    "KubernetesNetworkPolicy": ("db", {"podSelector": {}, "ingress": [{"ports": [{"port": 80, "endPort": 90}]}]}),
    "ClusterNetworkPolicy": ("a", {"tier": "Admin", "priority": 7, "subject": {"namespaces": {}}}),
    "AdminNetworkPolicy": ("a", {"priority": 7, "subject": {"namespaces": {}}}),
    "BaselineAdminNetworkPolicy": ("default", {"subject": {"pods": {"namespaceSelector": {}, "podSelector": {}}}}),
}


def document(kind: str) -> dict[str, object]:
    """Return a resource of a kind."""
    name, spec = SPECS[kind]
    row = kind_called(kind)
    metadata = {"name": name, **({"namespace": "default"} if row.namespaced else {})}
    has_spec = "spec" in row.type.__struct_fields__
    return {
        "apiVersion": row.api_version,
        "kind": row.word,
        "metadata": metadata,
        **({"spec": spec} if has_spec else spec),
    }


def test_every_kind_has_an_example() -> None:
    """So that none is left out below."""
    assert {kind.name for kind in KINDS} == set(SPECS)


@pytest.mark.parametrize("kind", SPECS)
def test_a_kind_goes_through_every_verb(kind: str, tmp_path: Path) -> None:
    """With calicoctl's sentence each; what is printed is applied again, and changes nothing."""
    datastore, file = tmp_path / "d", tmp_path / "r.yaml"
    name, _ = SPECS[kind]
    one = f"1 '{kind}' resource"
    file.write_text(yaml.safe_dump(document(kind)))

    def ask(*words: str | Path, given: str = "") -> Answer:
        answer = asked(*words, given=given, datastore=datastore)
        assert answer.status == 0, answer
        return answer

    assert ask("create", "-f", file).out == f"Successfully created {one}(s)\n"
    assert ask("apply", "-f", file).out == f"Successfully applied {one}(s)\n"
    assert ask("replace", "-f", file).out == f"Successfully replaced {one}(s)\n"
    assert ask("validate", "-f", file).out == f"Successfully validated {one}(s)\n"
    assert revision(datastore) == 1
    for form in ("yaml", "json"):
        for words in ((kind,), (kind, name)):
            printed = ask("get", *words, "-o", form).out
            assert ask("apply", "-f", "-", given=printed).out == f"Successfully applied {one}(s)\n"
    ask("apply", "-f", "-", given=json.dumps([document(kind)]))
    row = kind_called(kind)
    listed = {"apiVersion": row.api_version, "kind": f"{row.word}List", "items": [document(kind)]}
    ask("apply", "-f", "-", given=yaml.safe_dump(listed))
    assert revision(datastore) == 1
    assert ask("patch", kind, name, "-p", '{"metadata": {"labels": {"a": "b"}}}').out == f"Successfully patched {one}\n"
    assert ask("label", kind.lower(), name, "c=d").out == f"Successfully set label c on {kind.lower()} {name}\n"
    assert revision(datastore) == 3
    for words in (("-o", "wide"), ("-o", "name"), ("-o", "custom-columns=NAME"), ("--compat", "3.9")):
        assert ask("get", kind, *words).out
    assert ask("delete", kind, name).out == f"Successfully deleted {one}(s)\n"
    assert revision(datastore) == 4


def test_policies_of_one_name_go_their_own_ways(tmp_path: Path) -> None:
    """Calico's by the words of calicoctl, that of Kubernetes by its group or as knp; one file may hold both."""
    datastore, file = tmp_path / "d", tmp_path / "r.yaml"
    both = [document("Namespace"), document("NetworkPolicy"), document("KubernetesNetworkPolicy")]
    file.write_text(yaml.safe_dump_all(both))
    assert asked("apply", "-f", file, datastore=datastore).out == "Successfully applied 3 resource(s)\n"
    assert revision(datastore) == 1
    planned = asked("apply", "--dry-run", "-f", file, datastore=datastore)
    assert (planned.status, planned.err) == (0, "")
    for word, version in (
        ("networkpolicy", "projectcalico.org/v3"),
        ("np", "projectcalico.org/v3"),
        ("networkpolicies.networking.k8s.io", "networking.k8s.io/v1"),
        ("knp", "networking.k8s.io/v1"),
    ):
        found = json.loads(asked("get", word, "db", "-o", "json", datastore=datastore).out)
        assert (found["kind"], found["apiVersion"]) == ("NetworkPolicy", version)
    assert asked("delete", "np", "db", datastore=datastore).status == 0
    asked("get", "np", "db", datastore=datastore).assert_refused("NetworkPolicy default/db not found; there is none")
    assert asked("get", "knp", datastore=datastore).out.split()[2:4] == ["db", "<none>"]
    asked("delete", "-f", file, datastore=datastore).assert_refused("NetworkPolicy default/db not found; there is none")
    assert asked("delete", "-f", file, "--skip-not-exists", datastore=datastore).status == 0
    assert "db" not in asked("get", "knp", datastore=datastore).out
