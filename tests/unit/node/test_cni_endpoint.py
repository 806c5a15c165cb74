"""The WorkloadEndpoint of an attachment: its name, what follows from it, and what others may have written on it."""

from ipaddress import IPv4Address, IPv6Address

import msgspec
import pytest

from bgpkit_node.cni import Attachment, Code, Connected, Wiring
from bgpkit_node.cni.endpoint import beside, check_names, damages, endpoint_of, wired_endpoint, with_facts
from bgpkit_node.cni.pod_facts import PodFacts
from bgpkit_node.errors import CniError
from bgpkit_node.resources import Metadata, WorkloadEndpoint, WorkloadEndpointPort, to_document
from bgpkit_node.resources.workload_endpoint import check_workload_endpoint

WIRING = Wiring(addresses=(IPv4Address("10.244.1.2"), IPv6Address("fd00::2")), mtu=1500)
CONNECTED = Connected("ee:ee:ee:ee:ee:ee", "02:00:00:00:00:07")


def attachment(**names: str) -> Attachment:
    """Return one of the network net."""
    return Attachment(**{"network": "net", "container_id": "c1", "interface": "eth0", **names})


def made(of: Attachment, **labels: str) -> WorkloadEndpoint:
    """Return the endpoint that is stored for an attachment."""
    return wired_endpoint(of, "k8s-node1", WIRING, CONNECTED, labels)


def test_the_endpoint_of_a_pod_is_what_calico_writes() -> None:
    """Doubled hyphens, networks of one address, the namespace's profile, and the labels that policies select by."""
    endpoint = made(attachment(namespace="default", pod="nginx-86c57db685-cv627"), app="web")
    assert list(check_workload_endpoint(endpoint)) == []
    assert to_document(endpoint) == {
        "kind": "WorkloadEndpoint",
        "apiVersion": "projectcalico.org/v3",
        "metadata": {
            "name": "k8s--node1-k8s-nginx--86c57db685--cv627-eth0",
            "namespace": "default",
            "labels": {
                "app": "web",
                "projectcalico.org/namespace": "default",
                "projectcalico.org/orchestrator": "k8s",
            },
            "annotations": {"bgpkit-node/network": "net"},
        },
        "spec": {
            "orchestrator": "k8s",
            "node": "k8s-node1",
            "containerID": "c1",
            "pod": "nginx-86c57db685-cv627",
            "endpoint": "eth0",
            "ipNetworks": ["10.244.1.2/32", "fd00::2/128"],
            "profiles": ["kns.default"],
            "interfaceName": "cali3297dd6e431",
            "mac": "02:00:00:00:00:07",
        },
    }


@pytest.mark.parametrize(("namespace", "pod"), [("", ""), ("my_app", "my_app"), ("default", "Web")])
def test_what_is_no_pod_of_kubernetes_is_named_after_its_container(namespace: str, pod: str) -> None:
    """Podman gives the names of its containers as a pod's, which they often cannot be."""
    endpoint = made(attachment(namespace=namespace, pod=pod))
    assert endpoint.qualified_name == "default/k8s--node1-cni-c1-eth0"
    assert endpoint.metadata.labels["projectcalico.org/orchestrator"] == "cni"
    assert (endpoint.spec.pod, endpoint.spec.workload, endpoint.spec.profiles) == ("", "c1", ("kns.default",))
    assert list(check_workload_endpoint(endpoint)) == []


def test_what_others_have_written_is_kept() -> None:
    """Labels, annotations, ports and service account stay when the container is made anew; what is ours is ours."""
    old = made(attachment(namespace="prod", pod="web", container_id="c0"))
    forged = wired_endpoint(attachment(), "n1", WIRING, CONNECTED, {"projectcalico.org/namespace": "kube-system"})
    assert forged.metadata.labels["projectcalico.org/namespace"] == "default"
    watcher = {"app": "web", "projectcalico.org/namespace": "forged"}
    stored = msgspec.structs.replace(
        old,
        metadata=msgspec.structs.replace(
            old.metadata, labels=watcher, annotations={"seen": "yes"}, resource_version="7"
        ),
        spec=msgspec.structs.replace(
            old.spec,
            ip_networks=("10.244.9.9/32",),
            service_account_name="robot",
            ports=(WorkloadEndpointPort(name="http", protocol="TCP", port=80),),
        ),
    )
    endpoint = beside(made(attachment(namespace="prod", pod="web"), tier="front"), stored)
    assert endpoint.metadata.labels == {
        "app": "web",
        "tier": "front",
        "projectcalico.org/namespace": "prod",
        "projectcalico.org/orchestrator": "k8s",
        "projectcalico.org/serviceaccount": "robot",
    }
    assert endpoint.spec.profiles == ("kns.prod", "ksa.prod.robot")
    assert (endpoint.spec.container_id, endpoint.revision) == ("c1", 7)
    assert endpoint.spec.ip_networks == ("10.244.1.2/32", "fd00::2/128")
    assert endpoint.spec.ports == stored.spec.ports
    assert endpoint.metadata.annotations == {"seen": "yes", "bgpkit-node/network": "net"}


def test_what_a_pod_has_replaces_what_was_taken_from_the_pod_before() -> None:
    """Labels that Kubernetes had and that somebody has set since stay; account, profiles and ports are the pod's."""
    pod, ports = attachment(namespace="prod", pod="web"), (WorkloadEndpointPort(name="http", protocol="TCP", port=80),)
    before = with_facts(made(pod, tier="front"), PodFacts(labels={"role": "web", "old": "1"}, account="a", ports=ports))
    assert before.spec.ports == ports
    after = with_facts(before, PodFacts(labels={"role": "db"}, account="b"))
    assert (after.spec.ports, after.spec.profiles) == ((), ("kns.prod", "ksa.prod.b"))
    assert {key: value for key, value in after.metadata.labels.items() if "/" not in key} == {
        "tier": "front",
        "role": "db",
    }


def test_an_endpoint_that_could_not_be_stored_is_refused_by_name() -> None:
    """Before anything is taken: the names of an endpoint are lower case, and labels have a form."""
    check_names(attachment(), "n1", {"app": "web"})
    with pytest.raises(CniError, match="no WorkloadEndpoint can be called n1-cni-C_1-eth0") as caught:
        check_names(attachment(container_id="C_1"), "n1", {})
    assert caught.value.code == Code.INVALID_ENVIRONMENT
    with pytest.raises(CniError, match=r"args\.cni\.labels") as caught:
        check_names(attachment(), "n1", {"app": "not a value"})
    assert caught.value.code == Code.INVALID_NETWORK_CONFIG


def test_damages_name_what_is_wrong() -> None:
    """A sound endpoint has none, in whatever order its addresses stand."""
    pod = attachment(namespace="default", pod="web")
    plain, stored = endpoint_of(pod, "k8s-node1"), made(pod)
    assert list(damages(stored, plain, WIRING.addresses[::-1])) == []
    moved = msgspec.structs.replace(stored.spec, interface_name="cali0", ip_networks=())
    wrong = WorkloadEndpoint(metadata=Metadata(name=stored.name, namespace="default"), spec=moved)
    assert list(damages(wrong, plain, WIRING.addresses[:1])) == [
        f"{stored} has no address, not 10.244.1.2/32",
        f"{stored} names the interface cali0, not {stored.spec.interface_name}",
    ]
