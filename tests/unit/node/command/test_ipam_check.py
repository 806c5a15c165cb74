"""Ipam check: calicoctl's account, what is wrong with which address, and mending."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.commands import applied, asked, document
from tests.support.ipam_store import RESOURCES, change, give, prepared


def endpoint(node: str, pod: str, *networks: str) -> str:
    """Return the endpoint of a pod as YAML."""
    return (
        "apiVersion: projectcalico.org/v3\nkind: WorkloadEndpoint\n"
        f"metadata: {{name: {node}-k8s-{pod}-eth0, namespace: default}}\n"
        f"spec: {{orchestrator: k8s, node: {node}, pod: {pod}, endpoint: eth0, interfaceName: cali1, "
        f"ipNetworks: [{', '.join(networks)}]}}\n"
    )


@pytest.fixture
def datastore(tmp_path: Path) -> Path:
    """Give a datastore in which node a has three addresses."""
    return prepared(tmp_path / "d")


def test_sound_data_have_no_problem(datastore: Path) -> None:
    """Every section in calicoctl's words; exit code 0."""
    block = json.loads(asked("ipam", "show", "--json", datastore=datastore).out)[0]["block"]
    answer = asked("ipam", "check", datastore=datastore)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.splitlines() == [
        "Checking IPAM for inconsistencies...",
        "",
        "Loading all IPAM blocks...",
        "Found 1 IPAM blocks.",
        f" IPAM block {block} affinity=host:a:",
        "IPAM blocks record 3 allocations.",
        "",
        "Loading all IPAM pools...",
        "  10.244.0.0/24",
        "Found 1 active IP pools.",
        "",
        "Loading all nodes.",
        "Found 0 node tunnel IPs.",
        "",
        "Loading all workload endpoints.",
        "Found 0 workload IPs.",
        "Workloads and nodes are using 0 IPs.",
        "",
        "Looking for top (up to 20) nodes by allocations...",
        "  a has 3 allocations",
        "Node with most allocations has 3; median is 3",
        "",
        "Scanning for IPs that are allocated but not actually in use...",
        "Found 0 IPs that are allocated in IPAM but not actually in use.",
        "Scanning for IPs that are in use by a workload or node but not allocated in IPAM...",
        "Found 0 in-use IPs that are not in active IP pools.",
        "Found 0 in-use IPs that are in active IP pools but have no corresponding IPAM allocation.",
        "",
        "Scanning for IPAM handles with no matching IPs...",
        "Found 0 handles with no matching IPs (and 1 handles with matches).",
        "Scanning for IPs with missing handle...",
        "Found 0 handles mentioned in blocks with no matching handle resource.",
        "Check complete; found 0 problems.",
    ]


def test_all_addresses_are_shown_on_demand(datastore: Path) -> None:
    """With whom they belong to."""
    address = give(datastore, "b", "k", attributes={})[0]
    applied(datastore, endpoint("b", "web", f"{address}/32"))
    answer = asked("ipam", "check", "--show-all-ips", datastore=datastore).out
    assert f"  {address} allocated; attrs Main:k Extra:node=b\n" in answer
    assert f"  {address} belongs to Workload(default/b-k8s-web-eth0)\n" in answer


def test_a_node_that_tells_of_no_endpoint_has_no_leaks(datastore: Path) -> None:
    """Its addresses are in use as far as anybody knows; those of a node that tells of some are not."""
    address = give(datastore, "b", "k")[0]
    leaked = give(datastore, "b", "old")[0]
    applied(datastore, endpoint("b", "web", f"{address}/32"))
    answer = asked("ipam", "check", datastore=datastore)
    assert answer.status == 1
    assert "Found 1 IPs that are allocated in IPAM but not actually in use.\n" in answer.out
    assert f"  {leaked}: leaked: taken by handle old, pod default/nginx, node b, and used by nobody\n" in answer.out


def test_a_leak_of_a_living_node_is_taken_back_and_a_pod_on_its_way_is_not(datastore: Path) -> None:
    """What was taken within the quarter of an hour is not even named."""
    address = give(datastore, "b", "k")[0]
    applied(datastore, endpoint("b", "web", f"{address}/32"))
    leaked = give(datastore, "b", "old")[0]
    coming = {"namespace": "default", "pod": "new", "timestamp": datetime.now(UTC).isoformat(timespec="seconds")}
    young = give(datastore, "b", "new", attributes=coming)[0]
    fixed = asked("ipam", "check", "--fix", "--show-all-ips", datastore=datastore)
    assert fixed.status == 0, fixed
    assert f"  mended: {leaked}: taken back\n" in fixed.out
    assert f"  {young} allocated; attrs Main:new Extra:" in fixed.out
    assert f"  {address} allocated; attrs Main:k Extra:" in fixed.out


def test_addresses_of_nodes_that_are_gone_are_taken_back(datastore: Path) -> None:
    """With --fix; and those that are used stay."""
    asked("delete", "node", "a", "--yes", datastore=datastore)
    before = asked("ipam", "check", datastore=datastore)
    assert before.out.endswith("Check complete; found 3 problems.\n")
    fixed = asked("ipam", "check", "--fix", datastore=datastore)
    assert fixed.status == 0, fixed
    assert fixed.out.count("  mended: 10.244.0.") == 3
    assert fixed.out.endswith("Check complete; found 0 problems.\n")
    assert "3 (" not in asked("ipam", "show", datastore=datastore).out


def test_a_lost_handle_is_counted_anew(datastore: Path) -> None:
    """From the blocks, which are the truth."""
    change(datastore, "DELETE FROM entries WHERE key LIKE '/calico/ipam/v2/handle/%'")
    before = asked("ipam", "check", datastore=datastore)
    assert before.status == 1
    assert "Found 1 handles mentioned in blocks with no matching handle resource.\n" in before.out
    assert "  h: handle mismatch: has addresses in " in before.out
    fixed = asked("ipam", "check", "--fix", datastore=datastore)
    assert "  mended: h: counted from the blocks\n" in fixed.out
    assert fixed.status == 0


def test_an_address_in_use_that_nobody_has_given_is_named(datastore: Path) -> None:
    """In a pool, and outside of all; that needs a person, and --fix lets it be."""
    applied(datastore, endpoint("b", "web", "10.244.0.200/32"))
    applied(datastore, endpoint("b", "db", "192.0.2.1/32"))
    answer = asked("ipam", "check", "--fix", datastore=datastore)
    assert answer.status == 1
    assert "Found 1 in-use IPs that are not in active IP pools.\n" in answer.out
    assert "Found 1 in-use IPs that are in active IP pools but have no corresponding" in answer.out
    assert "10.244.0.200: in use but not allocated: used by Workload(default/b-k8s-web-eth0)" in answer.out
    assert "mended" not in answer.out


def test_a_report_tells_of_every_address(datastore: Path, tmp_path: Path) -> None:
    """In calicoctl's format."""
    file = tmp_path / "report.json"
    applied(datastore, document("ClusterInformation", "default", "{clusterGUID: ab12, datastoreReady: false}"))
    assert asked("ipam", "check", "-o", file, datastore=datastore).status == 0
    report = json.loads(file.read_text())
    assert report["clusterGUID"] == "ab12"
    assert report["datastoreLocked"] is True
    assert report["clusterInformationRevision"].isdecimal()
    (address, (one,)), *others = sorted(report["allocations"].items())
    assert len(others) == 2
    assert one == {
        "ip": address,
        "handle": "h",
        "sequenceNumber": one["sequenceNumber"],
        "pod": "nginx",
        "namespace": "default",
        "node": "a",
        "creationTimestamp": "2026-11-29T08:00:00+00:00",
        "inUse": True,
        "owners": ["handle h, pod default/nginx, node a"],
    }


def test_a_report_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """In one sentence."""
    applied(tmp_path / "d", RESOURCES)
    answer = asked("ipam", "check", "-o", tmp_path / "none" / "r.json", datastore=tmp_path / "d")
    assert answer.status == 1
    assert answer.err == f"bgpkit-node: {tmp_path}/none/r.json: cannot be written: No such file or directory\n"


def test_a_program_gets_the_findings_as_json(datastore: Path) -> None:
    """Each with what it is about; the exit code is that of the text."""
    answer = asked("ipam", "check", "--json", datastore=datastore)
    assert (answer.status, answer.err) == (0, "")
    told = json.loads(answer.out)
    assert (told["problems"], told["findings"], told["mended"], told["pools"]) == (0, [], [], ["10.244.0.0/24"])
    assert (told["blocks"], told["allocations"], told["inUse"]) == (1, 3, 0)
    applied(datastore, endpoint("a", "p", "10.244.0.250/32"))
    answer = asked("ipam", "check", "--json", datastore=datastore)
    assert answer.status == 1
    told = json.loads(answer.out)
    assert told["problems"] == len(told["findings"]) == 4  # as soon as the node tells of endpoints, three are leaked
    (found,) = [each for each in told["findings"] if each["verdict"] == "not-allocated"]
    assert (found["subject"], found["fault"]) == ("10.244.0.250", True)
