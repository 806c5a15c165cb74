"""Every kind goes through every verb in every form of input. calico.md, section 1, rows 13 and 14."""

import json
from pathlib import Path

import pytest
import yaml

from bgpkit_node.resources import KINDS
from tests.support.commands import Answer, asked
from tests.support.revisions import revision

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
    "CalicoNodeStatus": ("status", {"node": "a", "classes": ["BGP"], "updatePeriodSeconds": 10}),
}


def document(kind: str) -> dict[str, object]:
    """Return a resource of a kind."""
    name, spec = SPECS[kind]
    metadata = {"name": name, **({"namespace": "default"} if kind == "WorkloadEndpoint" else {})}
    return {"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": metadata, "spec": spec}


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
    listed = {"apiVersion": "projectcalico.org/v3", "kind": f"{kind}List", "items": [document(kind)]}
    ask("apply", "-f", "-", given=yaml.safe_dump(listed))
    assert revision(datastore) == 1
    assert ask("patch", kind, name, "-p", '{"metadata": {"labels": {"a": "b"}}}').out == f"Successfully patched {one}\n"
    assert ask("label", kind.lower(), name, "c=d").out == f"Successfully set label c on {kind.lower()} {name}\n"
    assert revision(datastore) == 3
    for words in (("-o", "wide"), ("-o", "name"), ("-o", "custom-columns=NAME"), ("--compat", "3.9")):
        assert ask("get", kind, *words).out
    assert ask("delete", kind, name).out == f"Successfully deleted {one}(s)\n"
    assert revision(datastore) == 4
