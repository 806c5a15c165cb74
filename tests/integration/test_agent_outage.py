"""Agents over etcd: it goes away and comes back, an agent does, and another machine comes with its name."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

import pytest

from tests.integration.agents import ADDRESSES, PATIENCE, POOL, Agents, command
from tests.support.daemons import program
from tests.support.netns import Namespaces
from tests.support.processes import RunningProcess, wait_until
from tests.support.skips import require_kernel

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("agents")]

MASTER, NODE1, _ = ADDRESSES
HEALTH: Final = "127.0.0.1:9099"
PROBE: Final = f"""\
from http.client import HTTPConnection
asked = HTTPConnection("{HEALTH}", timeout=5)
asked.request("GET", "/readiness")
print(asked.getresponse().read().decode(), end="")
"""
CONFIG: Final = """\
apiVersion: projectcalico.org/v3
kind: CalicoAPIConfig
metadata:
spec: {datastoreType: etcdv3, etcdEndpoints: "http://10.4.7.11:2379"}
"""
OFFICE: Final = """\
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {name: office}
spec: {peerIP: 10.4.7.21, asNumber: 65010}
"""


class EtcdAgents(Agents):
    """Two machines whose agents keep what they share in an etcd on the first one."""

    def __init__(self, namespaces: Namespaces, folder: Path) -> None:
        """Start etcd."""
        super().__init__(namespaces, folder, (MASTER, NODE1))
        self._config = folder / "calicoctl.cfg"
        self._config.write_text(CONFIG)
        self._data = folder / "etcd"
        self._lives = 0
        self.start_etcd()

    def start_etcd(self) -> None:
        """Start it with what it had before."""
        self._lives += 1
        url = "http://10.4.7.11:2379"
        words = ("--data-dir", str(self._data), "--listen-client-urls", url, "--advertise-client-urls", url)
        peer = ("--listen-peer-urls", "http://127.0.0.1:2380")
        argv = self.machines[MASTER].command(program("etcd-server", "etcd").argv(*words, *peer))
        log = self._data.with_name(f"etcd-{self._lives}.log")
        self.etcd = RunningProcess(argv, log)
        self.etcd.wait_ready(lambda: "ready to serve client requests" in self.etcd.words(), PATIENCE)

    def etcd_stopped(self) -> None:
        """Stop etcd, whichever of its lives it is in."""
        self.etcd.stop()

    def start(self, name: str, *options: str, ready: bool = True) -> RunningProcess:
        """Start the agent of a node over etcd."""
        return super().start(name, "--config", str(self._config), *options, ready=ready)

    def apply(self, text: str, *options: str) -> None:
        """Apply resources, as from the first machine."""
        file = self._data.with_name("applied.yaml")
        file.write_text(text)
        words = command("apply", "--config", str(self._config), "-f", str(file), *options)
        self.machines[MASTER].run(words)

    def check_addresses(self) -> str:
        """Return what is to be said of the addresses of the cluster."""
        return (
            self.machines[MASTER].run(command("ipam", "check", "--config", str(self._config), "--show-all-ips")).stdout
        )


@pytest.fixture(scope="module")
def agents(tmp_path_factory: pytest.TempPathFactory) -> Generator[EtcdAgents]:
    """Two agents in a mesh."""
    require_kernel("netns")
    with ExitStack() as stack:
        namespaces = Namespaces()
        stack.callback(namespaces.close)
        found = EtcdAgents(namespaces, tmp_path_factory.mktemp("agents"))
        stack.callback(found.etcd_stopped)
        stack.callback(found.stop)
        found.apply(POOL)
        for name in (MASTER, NODE1):
            found.start(name)
        found.wait_established(MASTER, NODE1)
        yield found


def test_without_the_datastore_forwarding_goes_on(agents: EtcdAgents) -> None:
    """Sessions, routes and pings stay; it is said once; what is changed after it has come back is followed."""
    here, _ = agents.add_pod(MASTER, "pod-a")
    _, there = agents.add_pod(NODE1, "pod-b")
    wait_until(lambda: len(agents.routes(MASTER)) == 2, "routes", PATIENCE)
    wait_until(lambda: here.ping(there), "ping", PATIENCE)
    before = agents.routes(MASTER), agents.established(MASTER)
    os.kill(agents.etcd.pid, signal.SIGSTOP)  # it says nothing more, which no kernel tells of
    began, logs = time.monotonic(), [agents.running[name] for name in (MASTER, NODE1)]
    wait_until(lambda: all("datastore.unreachable" in log.words() for log in logs), "the outage is told", 20)
    assert "10.4.7.11:2379 does not answer" in agents.status(MASTER)["datastore"]
    with pytest.raises(AssertionError, match=r'"code": ?11\b'):
        agents.add_pod(MASTER, "pod-refused")
    assert time.monotonic() - began < 35, "what is known is waited for anew by each call"
    assert (agents.routes(MASTER), agents.established(MASTER)) == before
    assert here.ping(there)
    agents.etcd.kill()
    agents.start_etcd()
    wait_until(lambda: agents.status(MASTER)["datastore"] == "reachable", "reachable", PATIENCE)
    agents.apply(OFFICE)
    wait_until(lambda: len(agents.status(MASTER)["peers"]) == 2, "the new peer", PATIENCE)
    assert (agents.routes(MASTER), agents.established(MASTER)) == before
    for words in (log.words() for log in logs):
        assert words.count("datastore.unreachable") == words.count("datastore.reachable_again") == 1
        assert '"level": "error"' not in words


def test_an_agent_that_starts_without_the_datastore_waits_for_it(agents: EtcdAgents, tmp_path: Path) -> None:
    """What the life before left in the kernel stays, probes and the service manager are told; then it begins."""
    before = agents.routes(MASTER)
    assert before
    agents.etcd.kill()
    agents.running.pop(MASTER).kill()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.setblocking(False)
        agents.where.append(f"NOTIFY_SOCKET={tmp_path / 'notify'}")
        agent = agents.start(MASTER, "--health-address", HEALTH, ready=False)
        agents.where.pop()
        agents.running[MASTER] = agent
        wait_until(lambda: "datastore.unreachable" in agent.words(), "it waits", PATIENCE)
        probe = agents.machines[MASTER].command([sys.executable, "-c", PROBE])
        why = "the agent is starting; etcd cannot be reached: http://10.4.7.11:2379 refuses connections"
        wait_until(lambda: answer_of(probe) == f"{why}\n", "the probe is told", PATIENCE)
        assert heard(manager).count("READY=1") == 0
        assert (agent.is_running, agents.routes(MASTER)) == (True, before)
        agents.start_etcd()
        wait_until(lambda: "READY=1" in heard(manager), "ready", PATIENCE)
    wait_until(lambda: ADDRESSES[NODE1] in agents.established(MASTER), "the session", PATIENCE)
    wait_until(lambda: agents.routes(MASTER) == before, "the same routes", PATIENCE)
    words = agent.words()
    assert words.count("datastore.unreachable") == words.count("datastore.reachable_again") == 1
    assert '"restarting": true' in words


def test_an_agent_that_is_stopped_during_an_add_does_not_wait_for_the_datastore(agents: EtcdAgents) -> None:
    """Of the pod nothing is left on the machine; once all are back, nothing of it is left in the datastore either."""
    before = interfaces(agents)
    agents.etcd.kill()
    with ThreadPoolExecutor() as pool:
        adding = pool.submit(agents.add_pod, NODE1, "pod-c")
        wait_until(lambda: interfaces(agents) > before, "its interface is made", PATIENCE)
        agent, began = agents.running.pop(NODE1), time.monotonic()
        agent.stop(30)
        assert time.monotonic() - began < 8, "it takes 2 seconds"
        assert (agent.status, interfaces(agents)) == (0, before)
        assert "agent.stopped" in agent.words()
        agents.start_etcd()
        agents.start(NODE1)
        with suppress(AssertionError):  # the executable waits some time for an agent, and tells it then
            adding.result()
    agents.delete_pod(NODE1, "pod-c")
    found = agents.check_addresses()
    assert "found 0 problems" in found
    assert "pod-c" not in found


def interfaces(agents: EtcdAgents) -> set[str]:
    """Return the interfaces of pods on the second machine."""
    links = agents.machines[NODE1].ip_json("link", "show", "type", "veth")
    return {link["ifname"] for link in links if link["ifname"].startswith("cali")}


def heard(manager: socket.socket) -> str:
    """Return what the service manager has been told since it was asked last."""
    told: list[str] = []
    with suppress(BlockingIOError):
        while True:
            told.append(manager.recv(4096).decode())
    return "\n".join(told)


def answer_of(words: Sequence[str]) -> str:
    """Return what a program prints."""
    return subprocess.run(words, capture_output=True, text=True, timeout=10, check=False).stdout


def test_the_name_of_an_agent_is_its_machines(agents: EtcdAgents) -> None:
    """Killed, it is back at once on its machine; another machine is refused, in one sentence, and breaks nothing."""
    agents.running.pop(MASTER).kill()
    begun = time.monotonic()
    agents.start(MASTER)
    assert time.monotonic() - begun < 14, "it waited for the lease"
    second = agents.start(NODE1, "--node", MASTER, "--run-dir", str(agents.directory(NODE1) / "second"), ready=False)
    wait_until(lambda: not second.is_running, "the end", PATIENCE)
    (words,) = second.words().splitlines()
    assert "node k8s-master1 has a running agent on another machine" in words
    assert second.status == 1
    wait_until(lambda: ADDRESSES[NODE1] in agents.established(MASTER), "the session", PATIENCE)


def test_the_environment_gives_ranges_of_cluster_ips(agents: EtcdAgents) -> None:
    """They are announced as if a BGPConfiguration said so."""
    agents.running.pop(MASTER).kill()
    agents.where.append("CALICO_ADVERTISE_CLUSTER_IPS=10.99.0.0/16,10.98.0.0/16")
    agent = agents.start(MASTER)
    agents.where.pop()
    wanted = ('"prefix": "10.99.0.0/16"', '"prefix": "10.98.0.0/16"')
    wait_until(lambda: all(words in agent.words() for words in wanted), "both are announced", PATIENCE)
