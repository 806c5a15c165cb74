"""The demonstration's other scenarios, run as their user runs them; what they show is looked up anew.

Each is held after its last step, so that all before has succeeded. walkthrough 27, and 31 to 33.
"""

import os
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.integration.demo_process import DemoProcess, HeldCluster, assert_gone, namespace_of
from tests.support.processes import RunningProcess, wait_until

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("demo"), pytest.mark.timeout(240)]

SERVE = """
import socket
with socket.create_server(("", 8080)) as listening:
    print("ready", flush=True)
    print(listening.accept()[1][0], flush=True)
"""
CALL = "import socket; socket.create_connection(('10.0.0.80', 80), 10).close()"


@contextmanager
def shown(folder: Path, scenario: str, step: str) -> Generator[tuple[HeldCluster, list[dict[str, Any]]]]:
    """Run a scenario up to a step, give what it has told and its cluster, and interrupt it: nothing is left."""
    demo = DemoProcess(folder, "--scenario", scenario, "--hold", step)
    try:
        told = demo.wait_event("hold", step=step)
        checks = [event for event in demo.events() if event["event"] == "check"]
        assert [check["text"] for check in checks if not check["passed"]] == []
        yield HeldCluster(told["pid"], told["lines"]), demo.events()
        namespace = namespace_of("pid", told["pid"])
        os.kill(demo.guard.pid, signal.SIGINT)
        assert (demo.wait_ended(), demo.errors()) == (0, "")
        assert_gone([namespace])
    finally:
        demo.guard.stop(20)


def test_cross_subnet_shows_who_must_know_what(tmp_path: Path) -> None:
    """Only what crosses the router is wrapped with CrossSubnet, everything with Always; the wire and kernel agree."""
    with shown(tmp_path, "cross-subnet", "always-mode") as (held, events):
        pods = {name: address_of(held, f"pod-{name}") for name in ("master1-pod", "node1-pod", "node2-pod")}
        source, near, far = pods.values()
        wires = [event["rows"] for event in events if event["event"] == "table"]
        wrapped = [("10.4.7.11 > 10.4.7.12", near), ("10.4.7.11 > 10.4.8.21", far)]
        assert [[(row["outer-header"], row["wraps"].rpartition(" ")[2]) for row in rows] for rows in wires] == [
            [(f"{source} > {near}", "nothing"), wrapped[1]],
            wrapped,
        ]
        assert [[row["octets"] for row in rows] for rows in wires] == [["60", "110"], ["110", "110"]]
        rows = [row for row in held.ip_json("k8s-master1", "route", "show", "proto", "bird") if "gateway" in row]
        assert [(row["dev"], row["flags"]) for row in rows] == [("vxlan.calico", ["onlink"])] * 2
        routers = {row["dst"] for row in held.ip_json("router", "route")}
        assert routers == {"10.4.7.0/24", "10.4.8.0/24"}
        held.run("pod-master1-pod", "ping", "-n", "-c1", "-W5", far)
        texts = [event["text"] for event in events if event["event"] == "check"]
        reached = [
            " is reached from " in text for text in texts if "master1-pod" in text and "the other subnet" in text
        ]
        assert reached == [False, True, True, True, True]


def test_the_office_reaches_pods_and_services(tmp_path: Path) -> None:
    """The router has blocks by their nodes and the service by the node with its pod, which sees the PC as it is."""
    with shown(tmp_path, "office", "services") as (held, _):
        pod = address_of(held, "pod-node2-pod")
        ways = {row["dst"]: row.get("gateway") for row in held.ip_json("router", "route", "show", "proto", "bgp")}
        assert ways.pop("10.0.0.0/24") in {"172.17.0.11", "172.17.0.12"}
        assert ways.pop("10.0.0.80") == "172.17.0.21"
        assert (sorted(str(way) for way in ways.values()), all(name.endswith("/26") for name in ways)) == (
            ["172.17.0.11", "172.17.0.12", "172.17.0.21"],
            True,
        )
        nodes = {row["dst"] for row in held.ip_json("k8s-node2", "route", "show", "proto", "bird")}
        assert ("192.168.1.0/24" in nodes, "10.0.0.0/24" in nodes) == (True, False)
        held.run("office-pc", "ping", "-n", "-c1", "-W5", pod)
        server = RunningProcess(held.command("pod-node2-pod", [sys.executable, "-c", SERVE]), tmp_path / "server")
        try:
            server.wait_ready(lambda: "ready" in server.words(), 10)
            held.run("office-pc", sys.executable, "-c", CALL)
            wait_until(lambda: server.words().split() == ["ready", "192.168.1.50"], "the PC, seen by the pod", 10)
        finally:
            server.stop()


def address_of(held: HeldCluster, place: str) -> str:
    """Return the address of a pod, as its own kernel tells it."""
    (link,) = held.ip_json(place, "-4", "addr", "show", "dev", "eth0")
    return str(link["addr_info"][0]["local"])
