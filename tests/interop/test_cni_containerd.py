"""Kubernetes' way: containerd runs pods by the Container Runtime Interface, and calls our plugin for their network."""

from collections.abc import Generator

import grpc
import pytest

from tests.interop.cni_machine import CniMachine, cni_machine
from tests.interop.containerd import Containerd
from tests.support.netns import Namespaces
from tests.support.skips import require_kernel, require_package

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("containers")]
IPAM = {"type": "calico-ipam", "assign_ipv4": "true", "assign_ipv6": "true"}
ANNOTATIONS = "io.kubernetes.cri.pod-annotations"


@pytest.fixture
def machine(namespaces: Namespaces) -> Generator[CniMachine]:
    """Give a machine on which containerd can run."""
    for package in ("containerd", "containernetworking-plugins", "busybox-static"):
        require_package(package)
    require_kernel("containers")
    with cni_machine(namespaces) as made:
        made.configure("1.0.0", ipam=IPAM, capabilities={ANNOTATIONS: True})
        yield made


@pytest.fixture
def containerd(machine: CniMachine) -> Generator[Containerd]:
    """Give containerd on that machine."""
    made = Containerd(machine)
    yield made
    made.stop()


def test_pods_run_ping_stop_and_leave_nothing(machine: CniMachine, containerd: Containerd) -> None:
    """Two pods of both families, named as Calico names their interfaces, ping each other; stopped, nothing is left."""
    pods = [containerd.run_pod("nginx-86c57db685-cv627"), containerd.run_pod("client")]
    assert "cali3297dd6e431" in machine.node.pod_links()
    first, second = (containerd.addresses(pod) for pod in pods)
    assert first == ["10.244.113.128", "fd00:10:244::80"]
    assert machine.pod_routes() == sorted([*first, *second])
    container = containerd.start_container(pods[0])
    assert "1 packets received" in containerd.execute(container, "ping", "-c", "1", "-W", "2", second[0])
    assert "1 packets received" in containerd.execute(container, "ping6", "-c", "1", "-W", "2", second[1])
    for pod in pods:
        containerd.stop_pod(pod)
        containerd.stop_pod(pod)
        containerd.remove_pod(pod)
    machine.assert_empty()


def test_a_pods_annotation_asks_for_its_address(machine: CniMachine, containerd: Containerd) -> None:
    """Annotations reach a plugin that declares the capability; one that is wrong is told to the caller."""
    annotation = {"cni.projectcalico.org/ipAddrs": '["10.244.113.222"]'}
    pod = containerd.run_pod("db-0", annotation)
    assert containerd.addresses(pod) == ["10.244.113.222"]
    containerd.stop_pod(pod)
    containerd.remove_pod(pod)
    with pytest.raises(grpc.RpcError, match=r"annotation cni\.projectcalico\.org/ipAddrs: 'ten' is not an IP address"):
        containerd.run_pod("db-1", {"cni.projectcalico.org/ipAddrs": '["ten"]'})
    machine.assert_empty()
