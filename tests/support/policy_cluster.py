"""Nodes, pods and hosts outside, made of namespaces once and given to one case of network policies after another."""

from collections import defaultdict
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Self

from tests.support.netns import Namespace, Namespaces, Segment
from tests.support.policy_packets import Place
from tests.support.skips import require_kernel, require_package

GATEWAY_MAC: Final = "ee:ee:ee:ee:ee:ee"
GATEWAY: Final = "169.254.1.1"
GATEWAY6: Final = "fe80::1"


@dataclass(slots=True)
class _Host:
    """A namespace on the segment: a node with its pods' namespaces by interface, or a host outside."""

    namespace: Namespace
    pods: dict[str, Namespace] = field(default_factory=dict[str, Namespace])


class PolicyCluster:
    """At most as many nodes, pods on each, and hosts outside, as there are namespaces for."""

    def __init__(self, namespaces: Namespaces, *, pods: Sequence[int] = (5, 3), externals: int = 3) -> None:
        """Make the namespaces: ``pods`` are those of each node; they are empty of addresses."""
        segment = namespaces.segment("fabric")
        self.nodes = [_node(namespaces, segment, f"n{index}", count) for index, count in enumerate(pods, 1)]
        self._externals = [_external(namespaces, segment, f"x{index}") for index in range(externals)]
        self._done: dict[Namespace, list[str]] = {}

    @classmethod
    @contextmanager
    def made(cls, *, pods: Sequence[int] = (5, 3), externals: int = 3) -> Generator[Self]:
        """Make namespaces of its own, deleted afterwards; skipped by name where they or nftables cannot be had."""
        require_kernel("netns")
        require_package("nftables")
        own = Namespaces()
        try:
            yield cls(own, pods=pods, externals=externals)
        finally:
            own.close()

    def arrange(self, case: Mapping[str, Any]) -> dict[str, Place]:
        """Give the addresses of a case to the namespaces; ``ifname`` is written into its pods, and places are told."""
        places: dict[str, Place] = {}
        wanted: list[tuple[Namespace, str]] = []
        hosts: dict[str, tuple[_Host, str, str]] = {}
        ips = {node["name"]: node["ip"] for node in case["nodes"]}
        for index, host in enumerate(self.nodes, 1):
            name = f"n{index}"
            hosts[name] = host, ips.get(name, f"192.0.2.{200 + index}"), f"fd00:ffff::{index}"
            if name in ips:
                places[f"node/{name}"] = Place(host.namespace, ips[name])
        for external, host in zip(case["externals"], self._externals, strict=False):
            ip = external["ip"]
            places[f"ext/{external['name']}"] = Place(host.namespace, ip)
            v4, v6 = (f"198.18.0.{len(hosts)}", ip) if ":" in ip else (ip, "")
            hosts[f"ext/{external['name']}"] = host, v4, v6
        used: dict[str, set[str]] = defaultdict(set)
        for pod in case["pods"]:
            host = hosts[pod["node"]][0]
            interface = _interface(host, pod, used[pod["node"]])
            places[f"{pod['ns']}/{pod['name']}"] = Place(host.pods[interface], pod["ip"])
            wanted += _pod_lines(host, interface, pod["ip"])
        for host, *own in hosts.values():
            wanted += [
                (host.namespace, f"addr {address} dev eth0 nodad") for address in map(_prefix, filter(None, own))
            ]
        for name, (host, *_) in hosts.items():
            wanted += _routes(name, host, hosts, case["pods"])
        self._apply(wanted)
        return places

    def _apply(self, wanted: Sequence[tuple[Namespace, str]]) -> None:
        """Write a namespace anew where anything differs: with its last address an interface loses its routes."""
        lines: dict[Namespace, list[str]] = defaultdict(list)
        for namespace, line in dict.fromkeys(wanted):
            lines[namespace].append(line)
        for namespace in lines.keys() | self._done.keys():
            old, new = self._done.get(namespace, []), lines.get(namespace, [])
            if set(old) != set(new):
                said = [_said(line, "del") for line in reversed(old)] + [_said(line, "add") for line in new]
                namespace.run(["sh", "-c", 'printf "%s\\n" "$@" | ip -force -batch -', "ip", *said])
        self._done = dict(lines)


def _node(namespaces: Namespaces, segment: Segment, name: str, pods: int) -> _Host:
    host = _Host(namespaces.node(name))
    segment.attach(host.namespace)
    for key in ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"):
        host.namespace.sysctl(key, 1)
    for index in range(pods):
        interface = f"cali{index}"
        pod = host.pods[interface] = namespaces.node(f"{name}p{index}")
        host.namespace.ip(
            "link", "add", interface, "address", GATEWAY_MAC, "type", "veth", "peer", "name", "eth0", "netns", pod.name
        )
        host.namespace.ip("link", "set", interface, "up")
        host.namespace.ip("addr", "add", f"{GATEWAY6}/64", "dev", interface, "nodad")
        pod.ip("link", "set", "eth0", "up")
    return host


def _external(namespaces: Namespaces, segment: Segment, name: str) -> _Host:
    host = _Host(namespaces.node(name))
    segment.attach(host.namespace)
    return host


def _interface(host: _Host, pod: dict[str, Any], used: set[str]) -> str:
    """Return the pod's interface, the one that it has or the first that is free, and remember it in the pod."""
    free = [interface for interface in host.pods if interface not in used]
    interface: str = pod.get("ifname") or free[0]
    pod["ifname"] = interface
    used.add(interface)
    return interface


def _pod_lines(host: _Host, interface: str, ip: str) -> list[tuple[Namespace, str]]:
    pod = host.pods[interface]
    own = [(pod, f"addr {_prefix(ip)} dev eth0 nodad"), (host.namespace, f"route {_prefix(ip)} dev {interface}")]
    if ":" in ip:
        return [*own, (pod, f"route default via {GATEWAY6} dev eth0")]
    gateway = f"neigh {GATEWAY} lladdr {GATEWAY_MAC} dev eth0 nud permanent"
    routes = (f"route {GATEWAY} dev eth0 scope link", f"route default via {GATEWAY} dev eth0")
    return [*own, *((pod, line) for line in (gateway, *routes))]


def _routes(
    name: str, host: _Host, hosts: Mapping[str, tuple[_Host, str, str]], pods: Sequence[Mapping[str, Any]]
) -> list[tuple[Namespace, str]]:
    """Return the routes of a host to the others, and to the pods behind them."""
    others = [address for other, (_, *own) in hosts.items() if other != name for address in own if address]
    lines = [(host.namespace, f"route {_prefix(address)} dev eth0") for address in others]
    for pod in pods:
        if pod["node"] != name:
            _, v4, v6 = hosts[pod["node"]]
            via = v6 if ":" in pod["ip"] else v4
            lines.append((host.namespace, f"route {_prefix(pod['ip'])} via {via} dev eth0 onlink"))
    return lines


def _prefix(address: str) -> str:
    return f"{address}/{128 if ':' in address else 32}"


def _said(line: str, word: str) -> str:
    """Return a line for ip, with its word after what it is about."""
    about, _, rest = line.partition(" ")
    if word == "del":
        rest = rest.removesuffix(" nodad")
    return f"{about} {word} {rest}"
