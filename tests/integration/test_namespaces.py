"""The lab of the tests itself: what Namespace, Segment and connect promise, by the kernel's word."""

import socket
import subprocess
from pathlib import Path

import pytest

from tests.support.netns import FOLDER, Namespace, Namespaces, connect, remove_leftovers
from tests.support.processes import wait_until

pytestmark = pytest.mark.netns


def test_nodes_on_a_segment_reach_each_other(namespaces: Namespaces) -> None:
    """Three nodes on a switch: each pings the next, over IPv4 and IPv6, at once."""
    switch = namespaces.segment()
    nodes = [namespaces.node(word) for word in "abc"]
    for number, node in enumerate(nodes, 1):
        switch.attach(node, f"10.0.1.{number}/24", f"fd00::{number}/64")
    assert all(node.ping(f"10.0.1.{number % 3 + 1}") for number, node in enumerate(nodes, 1))
    assert nodes[0].ping("fd00::2")
    assert not nodes[0].ping("10.0.1.9", timeout=1)
    assert {"10.0.1.0/24"} == {route["dst"] for route in nodes[0].ip_json("route")}


def test_a_cable_joins_two_nodes(namespaces: Namespaces) -> None:
    """connect() gives each end its interface and address."""
    a, b = namespaces.node("a"), namespaces.node("b")
    connect(a, b, interfaces=("to-b", "to-a"), addresses=(["10.0.2.1/30"], ["10.0.2.2/30"]))
    assert a.ping("10.0.2.2")
    assert [link["ifname"] for link in b.ip_json("link")] == ["lo", "to-a"]


def test_a_failing_command_fails_with_its_words(namespaces: Namespaces) -> None:
    """The message has the command, its status and what it said."""
    node = namespaces.node()
    with pytest.raises(AssertionError, match=r"(?s)ip .*link set absent up: status 1.*absent"):
        node.ip("link", "set", "absent", "up")
    assert node.run(["false"], check=False).returncode == 1


def test_sysctl_sets_the_namespaces_own_value(namespaces: Namespaces) -> None:
    """A parameter of one node is not that of another."""
    a, b = namespaces.node("a"), namespaces.node("b")
    a.sysctl("net.ipv4.ip_forward", 1)
    b.sysctl("net.ipv4.ip_forward", 0)
    assert a.run(["cat", "/proc/sys/net/ipv4/ip_forward"]).stdout == "1\n"


def test_sockets_of_this_process_can_live_in_a_node(namespaces: Namespaces) -> None:
    """A socket opened inside ``entered()`` belongs to the node, and the thread comes back."""
    node = namespaces.node()
    home = Path("/proc/thread-self/ns/net").readlink()
    with node.entered(), socket.create_server(("127.0.0.1", 179)) as server:
        inside = Path("/proc/thread-self/ns/net").readlink()
        assert server.getsockname()[1] == 179
        assert ":179" in node.run(["cat", "/proc/net/tcp"]).stdout.replace(":00B3", ":179")
    assert inside != home
    assert Path("/proc/thread-self/ns/net").readlink() == home


def test_a_deleted_namespace_takes_its_processes_along() -> None:
    """What was started inside is killed, also what the test forgot, and the name is gone."""
    with Namespace("gone") as node:
        started = node.popen(["sleep", "60"])
        forgotten = subprocess.Popen(node.command(["sleep", "60"]))
        wait_until(lambda: len(node.run(["ip", "netns", "pids", node.name]).stdout.split()) >= 2, "both run")
    assert started.poll() is not None
    assert forgotten.wait(5) == -9
    assert not node.path.exists()


def test_leftovers_of_a_crashed_run_are_removed() -> None:
    """A namespace whose run is no more is deleted, one of a living run stays."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    name = f"bgpkit-{ended.pid}-0-leftover"
    subprocess.run(["ip", "netns", "add", name], check=True)
    with Namespace("alive") as node:
        assert name in remove_leftovers()
        assert node.path.exists()
    assert not Path(FOLDER, name).exists()
