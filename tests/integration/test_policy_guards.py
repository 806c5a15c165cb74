"""Whatever the policies: pods send as themselves, wrap nothing, reach their node; and what tightening cuts."""

import json
import socket
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, suppress
from typing import Any, Final

import pytest

from tests.support.commands import asked
from tests.support.netns import Namespace
from tests.support.policy_cluster import PolicyCluster
from tests.support.policy_packets import Place

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("policy_guards")]

PORT: Final = 5000
_QUIET: Final = 0.3
"""Seconds within which a packet that passes has come."""
_IPIP: Final = 4
_DENY_ALL: Final[dict[str, Any]] = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "none", "namespace": "default"},
    "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
}


@pytest.fixture(scope="module")
def cluster() -> Generator[PolicyCluster]:
    """Give a node with three pods' namespaces and a host outside."""
    with PolicyCluster.made(pods=(3,), externals=1) as made:
        yield made


@pytest.fixture
def document() -> dict[str, Any]:
    """Give two pods and a host outside, of IPv4, without policies."""
    return {
        "node": "n1",
        "namespaces": [],
        "nodes": [{"name": "n1", "ip": "192.0.2.11"}],
        "externals": [{"name": "far", "ip": "203.0.113.9"}],
        "pods": [_pod("a", 1, "10.65.0.1"), _pod("b", 2, "10.65.0.2")],
        "policies": [],
    }


def test_a_pod_sends_from_its_own_address_only(cluster: PolicyCluster, document: dict[str, Any]) -> None:
    """Neither as another pod, nor as its node, nor by a connection of another that is established already."""
    places = _programmed(cluster, document)
    a, b, far = places["default/a"], places["default/b"], places["ext/far"]
    with ExitStack() as stack:
        hears = _hearing(stack, far)
        assert hears(a, a.address)
        assert hears(b, b.address)
        for stolen in (b.address, "192.0.2.11", "198.51.100.1"):
            a.namespace.ip("addr", "add", f"{stolen}/32", "dev", "lo")
            assert not hears(a, stolen), stolen
            a.namespace.ip("addr", "del", f"{stolen}/32", "dev", "lo")


def test_a_pod_wraps_no_packets(cluster: PolicyCluster, document: dict[str, Any]) -> None:
    """VXLAN and IPIP from a pod are dropped even where there is no policy; those of the host outside pass."""
    places = _programmed(cluster, document)
    a, b, far = places["default/a"], places["default/b"], places["ext/far"]
    with ExitStack() as stack:
        vxlan, ipip = _hearing(stack, b, port=4789), _hearing(stack, b, protocol=_IPIP)
        assert vxlan(far, far.address)
        assert ipip(far, far.address)
        assert not vxlan(a, a.address)
        assert not ipip(a, a.address)


def test_what_belongs_to_no_connection_and_begins_none_is_dropped(
    cluster: PolicyCluster, document: dict[str, Any]
) -> None:
    """An answer to an echo that nobody has asked for, from a pod and to one; only a node reaches its pods even so."""
    places = _programmed(cluster, document)
    a, b, far, node = (places[name] for name in ("default/a", "default/b", "ext/far", "node/n1"))
    with ExitStack() as stack:
        at_pod, at_far = (_hearing(stack, target, protocol=socket.IPPROTO_ICMP) for target in (b, far))
        assert at_pod(node, node.address)
        assert not at_pod(a, a.address)
        assert not at_pod(far, far.address)
        assert not at_far(a, a.address)


def test_a_pod_that_no_state_speaks_of_is_shut_off(cluster: PolicyCluster, document: dict[str, Any]) -> None:
    """Its interface is one of pods by its name, so nothing passes until it is known; only its node reaches it."""
    places = cluster.arrange(document)
    a, b, far, node = (places[name] for name in ("default/a", "default/b", "ext/far", "node/n1"))
    document["pods"].pop()
    _program(cluster, document)
    with ExitStack() as stack:
        hears, heard = _hearing(stack, b), _hearing(stack, far)
        assert not hears(a, a.address)
        assert not hears(far, far.address)
        assert not heard(b, b.address)
        assert hears(node, node.address)


def test_what_a_pod_may_send_its_node_is_its_egress(cluster: PolicyCluster, document: dict[str, Any]) -> None:
    """Isolated it reaches not even its node, which reaches it all the same; nobody else does under the node's name."""
    places = _programmed(cluster, document)
    a, b, far, node = (places[name] for name in ("default/a", "default/b", "ext/far", "node/n1"))
    with ExitStack() as stack:
        to_node, to_pod = _hearing(stack, node), _hearing(stack, b)
        assert to_node(a, a.address)
        document["policies"] = [_DENY_ALL]
        _program(cluster, document)
        assert not to_node(a, a.address)
        assert to_pod(node, node.address)
        far.namespace.ip("addr", "add", "192.0.2.11/32", "dev", "lo")
        assert not to_pod(far, "192.0.2.11")
        far.namespace.ip("addr", "del", "192.0.2.11/32", "dev", "lo")


def test_neighbour_discovery_passes_where_nothing_else_does(cluster: PolicyCluster, document: dict[str, Any]) -> None:
    """An isolated IPv6 pod and its node find each other with empty caches, and the node reaches it."""
    document["pods"] = [_pod("a", 1, "fd00:1::1"), _pod("b", 2, "fd00:1::2")]
    document["nodes"], document["externals"], document["policies"] = [], [], [_DENY_ALL]
    places = _programmed(cluster, document)
    a, b = places["default/a"], places["default/b"]
    node = Place(cluster.nodes[0].namespace, "fd00:ffff::1")
    for namespace in (a.namespace, b.namespace, node.namespace):
        namespace.run(["ip", "-6", "neigh", "flush", "all"])
    with ExitStack() as stack:
        assert _hearing(stack, a)(node, node.address)
        assert not _hearing(stack, b)(a, a.address)


@pytest.mark.parametrize("established", ["cut", "keep"])
def test_tightening_cuts_what_is_denied_now_and_only_that(
    cluster: PolicyCluster, document: dict[str, Any], established: str
) -> None:
    """To one pod: the TCP connection that stays allowed goes on, the other is cut, unless it is kept.

    That of the node goes on too, although the state does not name its address.
    """
    places = _programmed(cluster, document)
    a, b, far, node = (places[name] for name in ("default/a", "default/b", "ext/far", "node/n1"))
    with ExitStack() as stack:
        stays, goes, own = (_connection(stack, source, b) for source in (far, a, node))
        document["nodes"] = []
        peers = [{"ipBlock": {"cidr": f"{far.address}/32"}}]
        spec = {
            "podSelector": {"matchLabels": {"name": "b"}},
            "ingress": [{"from": peers}],
            "policyTypes": ["Ingress", "Egress"],
        }
        document["policies"] = [_DENY_ALL | {"spec": spec}]
        _program(cluster, document, "--established", established)
        assert _goes_on(*stays)
        assert all(_goes_on(*reversed(own)) and _goes_on(*own) for _ in range(2))
        assert _goes_on(*goes) == (established == "keep")


def _programmed(cluster: PolicyCluster, document: dict[str, Any]) -> dict[str, Place]:
    places = cluster.arrange(document)
    _program(cluster, document)
    return places


def _program(cluster: PolicyCluster, document: dict[str, Any], *options: str) -> None:
    """Call the command on the node, whose pods the document names as such."""
    given = {key: value for key, value in document.items() if key not in {"pods", "externals"}}
    given["endpoints"] = [pod | {"local": True} for pod in document["pods"]]
    with cluster.nodes[0].namespace.entered():
        answer = asked("policy", "program", *options, given=json.dumps(given))
    assert (answer.status, answer.err) == (0, "")


def _pod(name: str, number: int, ip: str) -> dict[str, Any]:
    ifname = f"cali{number - 1}"
    return {"ns": "default", "name": name, "node": "n1", "ip": ip, "labels": {"name": name}, "ifname": ifname}


def _hearing(
    stack: ExitStack, target: Place, *, port: int = PORT, protocol: int = socket.IPPROTO_UDP
) -> Callable[[Place, str], bool]:
    """Return a function that tells whether a packet from a place, with a source address, comes to a target."""
    family = socket.AF_INET6 if ":" in target.address else socket.AF_INET
    kind = socket.SOCK_DGRAM if protocol == socket.IPPROTO_UDP else socket.SOCK_RAW
    ear = stack.enter_context(_opened(target.namespace, family, kind, protocol))
    ear.bind((target.address, port if kind == socket.SOCK_DGRAM else 0))
    ear.settimeout(_QUIET)

    def hears(source: Place, address: str) -> bool:
        """Send one packet and listen."""
        with _opened(source.namespace, family, kind, protocol) as mouth:
            mouth.bind((address, 0))
            mouth.sendto(bytes(20), (target.address, port))
        try:
            return bool(ear.recv(100))
        except TimeoutError:
            return False

    return hears


def _opened(namespace: Namespace, family: int, kind: int, protocol: int) -> socket.socket:
    with namespace.entered():
        return socket.socket(family, kind, protocol)


def _connection(stack: ExitStack, source: Place, target: Place) -> tuple[socket.socket, socket.socket]:
    """Connect two places by TCP."""
    with target.namespace.entered():
        listening = socket.create_server((target.address, 0))
    with listening:
        with source.namespace.entered():
            out = stack.enter_context(socket.create_connection(listening.getsockname()[:2], 5, (source.address, 0)))
        into = stack.enter_context(listening.accept()[0])
    assert _goes_on(out, into)
    return out, into


def _goes_on(out: socket.socket, into: socket.socket) -> bool:
    """Tell whether octets still come from one end to the other."""
    said = time.monotonic_ns().to_bytes(8, "big")
    into.settimeout(_QUIET)
    with suppress(TimeoutError):
        out.sendall(said)
        return into.recv(8) == said
    return False
