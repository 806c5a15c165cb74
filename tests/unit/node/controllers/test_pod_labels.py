"""What policies select pods by, from Kubernetes onto their endpoints."""

from typing import Any

import pytest

from bgpkit_node.cni.pod_facts import PodFacts, pod_key, read_facts
from bgpkit_node.controllers.pod_labels import PodLabels
from bgpkit_node.errors import ResourceError
from bgpkit_node.resources import Metadata, WorkloadEndpoint, WorkloadEndpointSpec, endpoint_name
from tests.support.kubernetes_scripts import Copied, an_object

SPEC: dict[str, Any] = {
    "serviceAccountName": "builder",
    "initContainers": [{"name": "mesh", "ports": [{"name": "admin", "containerPort": 9901, "protocol": "TCP"}]}],
    "containers": [
        {"name": "bare"},
        {"name": "main", "ports": [{"containerPort": 8080}, {"name": "dns", "containerPort": 53, "protocol": "UDP"}]},
        {"name": "host", "ports": [{"containerPort": 80, "hostPort": 8000, "hostIP": "10.4.7.11"}]},
    ],
}


def endpoint(pod: str, interface: str = "eth0", **more: Any) -> WorkloadEndpoint:
    """Return an endpoint of a pod of Kubernetes, as the CNI plugin writes it."""
    spec = WorkloadEndpointSpec(orchestrator="k8s", node="n", container_id="c", pod=pod, endpoint=interface, **more)
    system = {"projectcalico.org/namespace": "shop", "projectcalico.org/orchestrator": "k8s"}
    return WorkloadEndpoint(metadata=Metadata(name=endpoint_name(spec), namespace="shop", labels=system), spec=spec)


async def test_an_endpoint_has_labels_account_profiles_and_ports_of_its_pod() -> None:
    """Those of all its interfaces; ports that have neither a name nor a port of the node are of no use to policies."""
    copied = Copied(PodLabels())
    for each in (endpoint("web"), endpoint("web", "net1"), endpoint("other")):
        await copied.store.create(each)
    told = an_object("shop/web", labels={"role": "web", "projectcalico.org/namespace": "else"}, spec=SPEC)
    assert await copied.settle([told]) == ["shop/web"]
    assert await copied.settle([told]) == []
    first, second, other = sorted(await copied.store.list(WorkloadEndpoint), key=lambda one: one.spec.pod != "web")
    assert (first.spec.service_account_name, second.spec.service_account_name) == ("builder", "builder")
    assert first.spec.profiles == ("kns.shop", "ksa.shop.builder")
    assert {key: value for key, value in first.metadata.labels.items() if "orchestrator" not in key} == {
        "role": "web",
        "projectcalico.org/namespace": "shop",
        "projectcalico.org/serviceaccount": "builder",
    }
    ports = [(port.name, port.protocol, port.port, port.host_port) for port in first.spec.ports]
    assert ports == [("admin", "TCP", 9901, 0), ("dns", "UDP", 53, 0), ("", "TCP", 80, 8000)]
    assert "role" not in other.metadata.labels


async def test_a_label_that_goes_goes_and_what_else_stands_there_stays() -> None:
    """Labels that the runtime gave, and those that an operator has set."""
    copied = Copied(PodLabels())
    await copied.store.create(endpoint("web"))
    await copied.settle([an_object("shop/web", labels={"role": "web"}, spec={})])
    await copied.store.label(WorkloadEndpoint, endpoint("web").name, {"mine": "1"}, namespace="shop")
    assert await copied.settle([an_object("shop/web", spec={})]) == ["shop/web"]
    (found,) = await copied.store.list(WorkloadEndpoint)
    assert found.metadata.labels.keys() & {"role", "mine"} == {"mine"}


async def test_endpoints_of_other_orchestrators_are_left_alone() -> None:
    """Whatever pod they name."""
    copied = Copied(PodLabels())
    spec = WorkloadEndpointSpec(orchestrator="other", workload="w", node="n", pod="web", endpoint="eth0")
    await copied.store.create(
        WorkloadEndpoint(metadata=Metadata(name=endpoint_name(spec), namespace="shop"), spec=spec)
    )
    assert await copied.settle([an_object("shop/web", labels={"role": "web"}, spec={})]) == []


async def test_endpoints_of_pods_that_are_gone_are_the_cni_plugins_to_delete() -> None:
    """Nothing is written."""
    copied = Copied(PodLabels())
    await copied.store.create(endpoint("web"))
    await copied.settle([an_object("shop/web", labels={"role": "web"}, spec={})])
    assert await copied.settle([]) == []
    assert len(await copied.names()) == 1


async def test_a_pod_without_a_readable_specification_is_named() -> None:
    """Its labels are not copied either."""
    copied = Copied(PodLabels())
    with pytest.raises(ResourceError, match=r"Pod\(shop/web\): .*containerPort"):
        await copied.settle([an_object("shop/web", spec={"containers": [{"ports": [{"name": "x"}]}]})])


def told(copied: Copied) -> dict[str, PodFacts]:
    """Return what nodes are told of their pods, by key."""
    found = copied.datastore.entries.items()
    return {key: read_facts(each.value) for key, each in found if key.startswith("/calico/bgpkit/pods/")}


async def test_the_node_of_a_pod_is_told_of_it_as_soon_as_there_is_one_and_as_long_as_the_pod() -> None:
    """Before any endpoint; nobody is told of pods without a node, nor of those that share the network of theirs."""
    copied = Copied(PodLabels())
    spec = {**SPEC, "nodeName": "k8s-node1"}
    waiting, host = (
        an_object("shop/waiting", spec=SPEC),
        an_object("shop/host", spec={**spec, "hostNetwork": True}),
    )
    assert await copied.settle([waiting, host]) == []
    web = an_object("shop/web", labels={"role": "web"}, spec=spec)
    assert await copied.settle([waiting, host, web]) == ["shop/web"]
    ((key, facts),) = told(copied).items()
    assert (key, facts.uid, facts.labels) == (pod_key("k8s-node1", "shop/web"), "uid-web", {"role": "web"})
    assert (facts.account, [port.name for port in facts.ports]) == ("builder", ["admin", "dns", ""])
    assert await copied.settle([waiting, host, web]) == []
    assert await copied.settle([an_object("shop/web", labels={"role": "cache"}, spec=spec)]) == ["shop/web"]
    assert [facts.labels for facts in told(copied).values()] == [{"role": "cache"}]
    moved = an_object("shop/web", labels={"role": "db"}, spec={**spec, "nodeName": "k8s-node2"})
    assert await copied.settle([moved]) == ["shop/web"]
    assert {key: facts.labels for key, facts in told(copied).items()} == {
        pod_key("k8s-node2", "shop/web"): {"role": "db"}
    }
    assert await copied.settle([]) == ["shop/web"]
    assert told(copied) == {}


async def test_what_is_told_of_a_pod_stays_until_it_is_known_which_pods_there_are() -> None:
    """Controllers that have just started have read the datastore and not yet Kubernetes."""
    before = Copied(PodLabels())
    await before.settle([an_object("shop/web", spec={"nodeName": "n"})])
    copied = Copied(PodLabels())
    copied.datastore = before.datastore
    await copied.tell_stored()
    assert copied.copier.names() == {"shop/web"}
    assert await copied.copier.settle("shop/web", copied.store) is False
    assert len(told(copied)) == 1


async def test_a_static_pod_goes_by_the_uid_that_its_node_gives_it() -> None:
    """What stands for it in Kubernetes has another one, and tells it in an annotation."""
    copied = Copied(PodLabels())
    web = an_object("shop/web", spec={"nodeName": "n"})
    web["metadata"]["annotations"] = {"kubernetes.io/config.mirror": "of-the-node"}
    await copied.settle([web])
    assert [facts.uid for facts in told(copied).values()] == ["of-the-node"]


async def test_a_pod_of_an_account_whose_name_is_too_long_for_a_label_is_told_as_well() -> None:
    """Names of 253 characters are accounts'; the endpoint names the account and its profile. Object Names and IDs."""
    copied, account = Copied(PodLabels()), ".".join(["a" * 63] * 4)[:253]
    await copied.store.create(endpoint("web"))
    web = an_object("shop/web", labels={"role": "web"}, spec={"nodeName": "n", "serviceAccountName": account})
    assert await copied.settle([web]) == ["shop/web"]
    assert [facts.account for facts in told(copied).values()] == [account]
    (found,) = await copied.store.list(WorkloadEndpoint)
    assert (found.spec.service_account_name, found.spec.profiles[-1]) == (account, f"ksa.shop.{account}")
    assert found.metadata.labels.keys() >= {"role"}
    assert "projectcalico.org/serviceaccount" not in found.metadata.labels


async def test_no_key_is_made_of_a_node_that_cannot_be() -> None:
    """It would be that of another pod."""
    copied = Copied(PodLabels())
    with pytest.raises(ResourceError, match=r"Pod\(shop/web\) spec\.nodeName: 'a/b' is not a name"):
        await copied.settle([an_object("shop/web", spec={"nodeName": "a/b"})])
    assert told(copied) == {}


async def test_nobody_is_told_what_no_endpoint_can_have() -> None:
    """The ADD of the pod would fail of it."""
    copied = Copied(PodLabels())
    ports = [{"name": "web", "containerPort": 80, "hostPort": 80, "hostIP": "office"}]
    with pytest.raises(ResourceError, match=r"Pod\(shop/web\) spec\.ports\[0\]\.hostIP"):
        await copied.settle([an_object("shop/web", spec={"nodeName": "n", "containers": [{"ports": ports}]})])
    assert told(copied) == {}
