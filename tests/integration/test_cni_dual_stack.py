"""Pods of both families, judged by the kernel's own tools; what CHECK tells of IPv6; MTU, MAC address, queues."""

from collections.abc import Generator
from pathlib import Path

import pytest

from bgpkit_node.errors import CniError
from tests.integration.cni_node import CniNode
from tests.support.netns import Namespace, Namespaces

pytestmark = pytest.mark.netns
BOTH = {"type": "calico-ipam", "assign_ipv4": "true", "assign_ipv6": "true"}
IPV6 = {"assign_ipv4": False, "assign_ipv6": True}
GATEWAY = "fe80::ecee:eeff:feee:eeee"


@pytest.fixture
def node(namespaces: Namespaces, tmp_path: Path) -> Generator[CniNode]:
    """Give a node with addresses of both families and no default route, and its agent running."""
    namespace = namespaces.node("node")
    namespaces.segment().attach(namespace, "10.4.7.11/24", "fd00:4:7::11/64")
    cni = CniNode(namespace, tmp_path)
    cni.start()
    yield cni
    cni.stop()


def sysctls(place: Namespace, *names: str) -> str:
    """Return the values of sysctls, one after the other."""
    return "".join(place.run(["cat", *(f"/proc/sys/net/{name}" for name in names)]).stdout.split())


def test_a_pod_has_a_way_out_in_both_families(node: CniNode, namespaces: Namespaces) -> None:
    """Both addresses whole, default routes by the fixed gateways, permanent neighbours; all reach each other."""
    pods = [namespaces.node(name) for name in ("one", "two")]
    results = [node.add(pod, pod.name, ipam=BOTH) for pod in pods]
    pod, link = pods[0], results[0]["interfaces"][0]["name"]
    addresses = [row for row in pod.ip_json("addr", "show", "dev", "eth0")[0]["addr_info"] if row["scope"] == "global"]
    assert [(row["local"], row["prefixlen"]) for row in addresses] == [("10.244.113.128", 32), ("fd00:10:244::80", 128)]
    default = [row for row in pod.ip_json("-6", "route") if row["dst"] == "default"]
    assert [(row["gateway"], row["dev"]) for row in default] == [(GATEWAY, "eth0")]
    neighbours = {row["dst"]: (row["lladdr"], row["state"]) for row in pod.ip_json("neigh", "show", "nud", "permanent")}
    permanent = ("ee:ee:ee:ee:ee:ee", ["PERMANENT"])
    assert neighbours == {"169.254.1.1": permanent, GATEWAY: permanent}
    host = node.namespace.ip_json("-6", "addr", "show", "dev", link)[0]["addr_info"]
    assert [(row["local"], row.get("tentative")) for row in host] == [(GATEWAY, None)]
    assert [row["dev"] for row in node.namespace.ip_json("-6", "route", "show", "fd00:10:244::80")] == [link]
    conf = f"ipv6/conf/{link}/"
    names = [conf + name for name in ("accept_dad", "disable_ipv6", "proxy_ndp", "forwarding", "accept_ra")]
    assert sysctls(node.namespace, *names) == "00110"
    assert sysctls(pod, "ipv6/conf/all/disable_ipv6", "ipv6/conf/all/forwarding", "ipv4/ip_forward") == "000"
    for place, other in ((pods[0], results[1]), (pods[1], results[0]), (node.namespace, results[0])):
        assert all(place.ping(given["address"].partition("/")[0]) for given in other["ips"])
    assert pods[0].ping("fd00:4:7::11")


def test_a_pod_of_ipv6_alone_has_nothing_of_ipv4(node: CniNode, namespaces: Namespaces) -> None:
    """It is reached by IPv6, checked, and DEL leaves nothing."""
    pod = namespaces.node("pod")
    result = node.ask("ADD", pod, "web", ipam=IPV6)
    assert [given["address"] for given in result["ips"]] == ["fd00:10:244::80/128"]
    assert pod.ip_json("route") == []
    assert node.namespace.ping("fd00:10:244::80")
    node.ask("CHECK", pod, "web", ipam=IPV6, prevResult=result)
    node.ask("DEL", pod, "web", ipam=IPV6)
    rows = node.namespace.ip_json("-6", "route")
    assert [row["dst"] for row in rows if str(row.get("dev", "")).startswith("cali")] == []
    assert (node.pod_links(), node.handles()) == ([], {})


DAMAGES = {
    "address": ("pod", "ip addr del fd00:10:244::80/128 dev eth0", "eth0 has no address fd00:10:244::80/128"),
    "other address": ("pod", "ip addr add fd00::9/128 dev eth0", "eth0 has the address fd00::9/128"),
    "default route": ("pod", "ip -6 route del default", f"the pod has no route default via {GATEWAY}"),
    "neighbour": ("pod", f"ip neigh del {GATEWAY} dev eth0", f"the pod has no permanent neighbour {GATEWAY}"),
    "forwarding pod": ("pod", "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding", "all/forwarding is 1, not 0"),
    "host route": ("node", "ip -6 route del fd00:10:244::80", "the node has no route fd00:10:244::80"),
    "route elsewhere": ("node", "ip -6 route replace fd00:10:244::80 dev eth0 metric 1", "leads to eth0"),
    "neighbour proxy": ("node", "echo 0 > /proc/sys/net/ipv6/conf/$LINK/proxy_ndp", "proxy_ndp is 0, not 1"),
}


def test_check_tells_each_damage_of_ipv6(node: CniNode, namespaces: Namespaces) -> None:
    """For each damage CHECK fails with a sentence that names it."""
    silent: list[str] = []
    for case, (where, command, words) in DAMAGES.items():
        pod = namespaces.node("pod")
        result = node.ask("ADD", pod, "web", ipam=BOTH)
        node.ask("CHECK", pod, "web", ipam=BOTH, prevResult=result)
        place = pod if where == "pod" else node.namespace
        place.run(["sh", "-ec", command.replace("$LINK", result["interfaces"][0]["name"])])
        with pytest.raises(CniError) as caught:
            node.ask("CHECK", pod, "web", ipam=BOTH, prevResult=result)
        if caught.value.code != 103 or words not in caught.value.details:
            silent.append(f"{case}: {caught.value}")
        node.ask("DEL", pod, "web")
        node.namespace.ip("-6", "route", "flush", "to", "fd00:10:244::80")
        pod.delete()
    assert not silent


def test_what_a_configuration_and_a_pod_ask_for_is_in_the_kernel(node: CniNode, namespaces: Namespaces) -> None:
    """MTU, number of queues, MAC address, address, and forwarding where it is allowed."""
    pod = namespaces.node("pod")
    annotations = {"cni.projectcalico.org/hwAddr": "02:00:00:00:00:33", "cni.projectcalico.org/ipAddrs": '["10.9.9.9"]'}
    result = node.ask(
        "ADD",
        pod,
        "web",
        mtu=1400,
        num_queues=2,
        container_settings={"allow_ip_forwarding": True},
        runtimeConfig={"io.kubernetes.cri.pod-annotations": annotations},
    )
    assert [given["address"] for given in result["ips"]] == ["10.9.9.9/32"]
    link = pod.ip_json("-d", "link", "show", "dev", "eth0")[0]
    assert (link["mtu"], link["address"], link["num_tx_queues"]) == (1400, "02:00:00:00:00:33", 2)
    assert sysctls(pod, "ipv4/ip_forward") == "1"
    assert node.namespace.ping("10.9.9.9")
