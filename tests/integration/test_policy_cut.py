"""What tightening a policy ends of connections that know no end: UDP, ICMP and SCTP, in both directions."""

import json
import socket
import struct
from collections.abc import Callable, Generator
from contextlib import ExitStack, suppress
from itertools import count
from typing import Any, Final

import pytest

from tests.support.commands import asked
from tests.support.policy_cluster import PolicyCluster
from tests.support.policy_packets import Place
from tests.support.sctp_packets import sctp_heartbeat, sctp_init

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("policy_guards")]

PORT: Final = 5000
_CALLER: Final = 40001
_QUIET: Final = 0.15
"""Seconds within which a packet that passes has come."""
_SCTP: Final = 132
_IP_HEADER: Final = 20
_FAR: Final = "203.0.113.9"
_NUMBERS: Final = count(1)


@pytest.fixture(scope="module")
def cluster() -> Generator[PolicyCluster]:
    """Give a node with two pods' namespaces and a host outside."""
    with PolicyCluster.made(pods=(2,), externals=1) as made:
        yield made


@pytest.fixture
def places(cluster: PolicyCluster) -> dict[str, Place]:
    """Give pods a and b and the host outside, without policies."""
    found = cluster.arrange(_document())
    _program(cluster, _document())
    return found


def test_a_stream_of_datagrams_that_is_denied_now_ends_in_both_directions(
    cluster: PolicyCluster, places: dict[str, Place]
) -> None:
    """Although the server may call the client: only by other ports. Others go on; when it is allowed again, it does."""
    a, b, far = places["default/a"], places["default/b"], places["ext/far"]
    node = cluster.nodes[0].namespace
    with ExitStack() as stack:
        client, server, other = (_datagrams(stack, *each) for each in ((a, _CALLER), (b, PORT), (far, _CALLER)))
        assert _exchange(client, server) == (True, True)
        assert _exchange(other, server) == (True, True)
        _program(cluster, _document(_only_from_far()))
        tracked = node.run(["cat", "/proc/net/nf_conntrack"]).stdout
        assert f"src={far.address} dst={b.address} sport={_CALLER}" in tracked
        assert f"src={a.address} dst={b.address}" not in tracked
        for _ in range(3):
            assert _exchange(server, client) == (False, False), "the server's packets begin nothing anew"
            assert _exchange(client, server) == (False, False)
            assert _exchange(other, server) == (True, True)
        assert _exchange(_datagrams(stack, b, PORT + 1), client) == (True, True), "a new one by another port is allowed"
        _program(cluster, _document(_only_from_far()))
        assert _exchange(server, client) == (False, False), "the same state again forgets nothing"
        _program(cluster, _document())
        assert _exchange(client, server) == (True, True)


def test_what_a_pod_sends_its_node_ends_too(cluster: PolicyCluster, places: dict[str, Place]) -> None:
    """Although the node always reaches its pod: by other ports it still does."""
    a, node = places["default/a"], places["node/n1"]
    shut = _policy("shut", "a", {"policyTypes": ["Egress"]})
    with ExitStack() as stack:
        client, server = _datagrams(stack, a, _CALLER), _datagrams(stack, node, PORT)
        assert _exchange(client, server) == (True, True)
        _program(cluster, _document(shut))
        assert _exchange(server, client) == (False, False)
        assert _exchange(_datagrams(stack, node, PORT + 1), client) == (True, True)


def test_echoes_and_associations_end_likewise(cluster: PolicyCluster, places: dict[str, Place]) -> None:
    """A series of pings; an association of SCTP, of which the other end still sends heartbeats."""
    a, b = places["default/a"], places["default/b"]
    with ExitStack() as stack:
        pinging = _raw(stack, a, socket.IPPROTO_ICMP)
        caller, called = _raw(stack, a, _SCTP), _raw(stack, b, _SCTP)
        assert _answered(pinging, b)
        caller.sendto(sctp_init(_CALLER, PORT), (b.address, 0))
        assert _heard(called, _CALLER, PORT)
        called.sendto(sctp_heartbeat(PORT, _CALLER), (a.address, 0))
        assert _heard(caller, PORT, _CALLER)
        _program(cluster, _document(_only_from_far()))
        assert not _answered(pinging, b)
        for _ in range(2):
            called.sendto(sctp_heartbeat(PORT, _CALLER), (a.address, 0))
            assert not _heard(caller, PORT, _CALLER)
            caller.sendto(sctp_heartbeat(_CALLER, PORT), (b.address, 0))
            assert not _heard(called, _CALLER, PORT)
        called.sendto(sctp_heartbeat(PORT + 1, _CALLER), (a.address, 0))
        assert _heard(caller, PORT + 1, _CALLER)


def _document(*policies: dict[str, Any]) -> dict[str, Any]:
    pods = [
        {"ns": "default", "name": name, "node": "n1", "ip": f"10.65.0.{number}", "labels": {"name": name}}
        | {"ifname": f"cali{number - 1}"}
        for number, name in enumerate(("a", "b"), 1)
    ]
    externals = [{"name": "far", "ip": _FAR}]
    nodes = [{"name": "n1", "ip": "192.0.2.11"}]
    return {"node": "n1", "namespaces": [], "nodes": nodes, "externals": externals, "pods": pods, "policies": policies}


def _only_from_far() -> dict[str, Any]:
    """Return the policy by which only the host outside may call b."""
    ingress = [{"from": [{"ipBlock": {"cidr": f"{_FAR}/32"}}]}]
    return _policy("far", "b", {"policyTypes": ["Ingress"], "ingress": ingress})


def _policy(name: str, pod: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"podSelector": {"matchLabels": {"name": pod}}, **spec},
    }


def _program(cluster: PolicyCluster, document: dict[str, Any]) -> None:
    with cluster.nodes[0].namespace.entered():
        answer = asked("policy", "program", given=json.dumps(document))
    assert (answer.status, answer.err) == (0, "")


def _datagrams(stack: ExitStack, place: Place, port: int) -> socket.socket:
    with place.namespace.entered():
        opened = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    opened.bind((place.address, port))
    opened.settimeout(_QUIET)
    return opened


def _raw(stack: ExitStack, place: Place, protocol: int) -> socket.socket:
    with place.namespace.entered():
        opened = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol))
    opened.bind((place.address, 0))
    opened.settimeout(_QUIET)
    return opened


def _exchange(one: socket.socket, other: socket.socket) -> tuple[bool, bool]:
    """Send a datagram from one to the other, then one back; tell which of them come."""
    return _comes(one, other), _comes(other, one)


def _comes(sender: socket.socket, receiver: socket.socket) -> bool:
    said = struct.pack(">Q", next(_NUMBERS))
    with suppress(PermissionError):  # what a node drops of its own it tells the sender
        sender.sendto(said, receiver.getsockname())
    return _receives(receiver, lambda packet: packet == said)


def _answered(pinging: socket.socket, target: Place) -> bool:
    """Tell whether an echo comes back, always of the same series."""
    number = next(_NUMBERS)
    body = struct.pack(">BBHHH", 8, 0, 0, 77, number)
    checksum = ~sum(struct.unpack(">4H", body)) & 0xFFFF
    pinging.sendto(body[:2] + struct.pack(">H", checksum) + body[4:], (target.address, 0))
    wanted = struct.pack(">HH", 77, number)
    return _receives(pinging, lambda packet: packet[_IP_HEADER] == 0 and packet[_IP_HEADER + 4 :] == wanted)


def _heard(receiver: socket.socket, source: int, destination: int) -> bool:
    wanted = struct.pack(">HH", source, destination)
    return _receives(receiver, lambda packet: packet[_IP_HEADER : _IP_HEADER + 4] == wanted)


def _receives(receiver: socket.socket, is_wanted: Callable[[bytes], bool]) -> bool:
    try:
        while not is_wanted(receiver.recv(1000)):
            pass
    except TimeoutError:
        return False
    return True
