"""The manifests that are printed, beside Calico's own for etcd. walkthrough 1."""

import base64
import json
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

from bgpkit_node.datastore.etcd.credentials import Credentials
from bgpkit_node.startup.manifests import Installation, to_text
from tests.support.sources import PROJECT

ENDPOINTS = ("https://10.4.7.12:2379", "https://10.4.7.21:2379", "https://10.4.7.22:2379")
CREDENTIALS = Credentials(authority=b"ca\n" * 200, certificate=b"cert\n" * 200, key=b"key\n" * 200)
INSTALLATION = Installation(
    endpoints=ENDPOINTS,
    credentials=CREDENTIALS,
    image="registry.example/bgpkit-node:1",
    pods=(ip_network("10.244.0.0/16"), ip_network("fd00:244::/56")),
)


def by_kind(text: str) -> dict[str, Any]:
    """Return the documents of a manifest by kind and name."""
    return {f"{each['kind']} {each['metadata']['name']}": each for each in yaml.safe_load_all(text) if each}


@pytest.fixture(scope="module")
def calico() -> dict[str, Any]:
    """Return Calico's own manifest."""
    return by_kind((PROJECT / "tests" / "data" / "calico" / "manifest_calico-etcd.yaml").read_text())


@pytest.fixture(scope="module")
def ours() -> dict[str, Any]:
    """Return what is printed."""
    return by_kind(to_text(INSTALLATION))


def mounts(container: dict[str, Any]) -> dict[str, str]:
    """Return the volumes of a container by the path where it sees them."""
    return {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}


def test_config_map_and_secret_have_calicos_keys(calico: dict[str, Any], ours: dict[str, Any]) -> None:
    """Filled: the endpoints, the paths that Calico's comments give, and each file as base64 in one line."""
    theirs, config = calico["ConfigMap calico-config"]["data"], ours["ConfigMap calico-config"]["data"]
    assert config.keys() == theirs.keys()
    same = ("typha_service_name", "calico_backend", "veth_mtu")
    assert {key: config[key] for key in same} == {key: theirs[key] for key in same}
    assert config["etcd_endpoints"] == ",".join(ENDPOINTS)
    paths = [config[f"etcd_{role}"] for role in ("ca", "cert", "key")]
    assert paths == ["/calico-secrets/etcd-ca", "/calico-secrets/etcd-cert", "/calico-secrets/etcd-key"]
    secret = ours["Secret calico-etcd-secrets"]
    head = {key: value for key, value in calico["Secret calico-etcd-secrets"].items() if key != "data"}
    assert {key: value for key, value in secret.items() if key != "data"} == head
    assert {key: base64.b64decode(value, validate=True) for key, value in secret["data"].items()} == {
        "etcd-ca": CREDENTIALS.authority,
        "etcd-cert": CREDENTIALS.certificate,
        "etcd-key": CREDENTIALS.key,
    }
    assert all(f"  {key}: {value}\n" in to_text(INSTALLATION) for key, value in secret["data"].items())


def test_the_daemons_mount_and_read_what_calicos_do(calico: dict[str, Any], ours: dict[str, Any]) -> None:
    """The same paths for the same things, the Secret with the same mode, host network, all nodes."""
    their_pod = calico["DaemonSet calico-node"]["spec"]["template"]["spec"]
    pod = ours["DaemonSet bgpkit-node"]["spec"]["template"]["spec"]
    same = ("nodeSelector", "hostNetwork", "tolerations", "priorityClassName")
    assert {key: pod[key] for key in same} == {key: their_pod[key] for key in same}
    [installer], [agent] = pod["initContainers"], pod["containers"]
    assert mounts(installer) == mounts(their_pod["initContainers"][0])
    their_mounts = mounts(their_pod["containers"][0])
    assert {path: name for path, name in mounts(agent).items() if path in their_mounts} == {
        path: their_mounts[path] for path in ("/host/etc/cni/net.d", "/var/run/calico", "/calico-secrets")
    }
    volumes, theirs = ({each["name"]: each for each in one["volumes"]} for one in (pod, their_pod))
    assert volumes["etcd-certs"] == theirs["etcd-certs"]
    assert set(mounts(agent).values()) | set(mounts(installer).values()) == volumes.keys()
    for name in volumes.keys() & theirs.keys() - {"etcd-certs"}:
        assert volumes[name]["hostPath"]["path"] == theirs[name]["hostPath"]["path"]
    their_environment = {each["name"]: each for each in their_pod["containers"][0]["env"]}
    environment = {each["name"]: each for each in agent["env"]}
    from_files = ("ETCD_CA_CERT_FILE", "ETCD_CERT_FILE", "ETCD_KEY_FILE")
    for name in ("ETCD_ENDPOINTS", *from_files, "CALICO_NETWORKING_BACKEND", "CALICO_K8S_NODE_REF", "IP"):
        assert environment[name] == their_environment[name]
    assert environment["CALICO_IPV4POOL_CIDR"]["value"] == "10.244.0.0/16"
    assert environment["CALICO_IPV6POOL_CIDR"]["value"] == "fd00:244::/56"
    assert environment["IP6"]["value"] == "autodetect"


def test_an_image_that_a_node_has_is_not_pulled(ours: dict[str, Any]) -> None:
    """Whatever its tag: by default one called latest always is. Images, default image pull policy."""
    pods = [each["spec"]["template"]["spec"] for each in ours.values() if "template" in each.get("spec", {})]
    containers = [each for pod in pods for each in (*pod.get("initContainers", ()), *pod["containers"])]
    assert [(each["image"], each["imagePullPolicy"]) for each in containers] == [
        ("registry.example/bgpkit-node:1", "IfNotPresent")
    ] * 3


def test_the_network_configuration_is_ours_with_calicos_place_for_the_mtu(ours: dict[str, Any]) -> None:
    """The installer fills it; the socket is where the agent's pod has it on the host."""
    text = ours["ConfigMap calico-config"]["data"]["cni_network_config"]
    told = json.loads(text.replace("__CNI_MTU__", "0"))
    assert text.count("__CNI_MTU__") == 1
    assert [plugin["type"] for plugin in told["plugins"]] == ["bgpkit", "portmap"]
    socket = Path(told["plugins"][0]["agent_socket"])
    agent = ours["DaemonSet bgpkit-node"]["spec"]["template"]["spec"]["containers"][0]
    assert str(socket.parent) in mounts(agent)


def test_without_tls_and_without_ranges_nothing_is_made_up() -> None:
    """Empty paths, an empty Secret, and agents that choose; what reads Kubernetes' API is said at the top."""
    text = to_text(Installation(endpoints=("http://10.4.7.12:2379",), credentials=Credentials(), image="x"))
    documents = by_kind(text)
    assert documents["Secret calico-etcd-secrets"]["data"] == {}
    config = documents["ConfigMap calico-config"]["data"]
    assert [config[f"etcd_{role}"] for role in ("ca", "cert", "key")] == ["", "", ""]
    assert "POOL_CIDR" not in text
    assert "IP6" not in text
    assert "their role is to list and to" in text.partition("---")[0]
    assert documents.keys() == {
        "ServiceAccount bgpkit-node",
        "Secret calico-etcd-secrets",
        "ConfigMap calico-config",
        "DaemonSet bgpkit-node",
        "ServiceAccount bgpkit-controllers",
        "ClusterRole bgpkit-controllers",
        "ClusterRoleBinding bgpkit-controllers",
        "Deployment bgpkit-controllers",
    }
