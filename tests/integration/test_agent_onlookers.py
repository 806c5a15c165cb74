"""An agent as those see it who look at it: probes, scrapers, a service manager, the owner of its directory."""

import asyncio
import socket
import stat
from collections.abc import Generator
from pathlib import Path
from typing import Final

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bgpkit_node.datastore import Put, SqliteDatastore
from tests.integration.agents import ADDRESSES, PATIENCE, POOL, Agents
from tests.support.netns import Namespaces
from tests.support.processes import RunningProcess, wait_until

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("agents")]

MASTER, NODE1, NODE2 = ADDRESSES
HEALTH: Final = "127.0.0.1:9099"
ASK: Final = """
import sys, urllib.error, urllib.request
try:
    answer = urllib.request.urlopen(sys.argv[1], timeout=10)
except urllib.error.HTTPError as error:
    answer = error
print(answer.status, answer.read().decode())
"""
RESOURCES: Final = "/calico/resources/v3/projectcalico.org/"


@pytest.fixture
def agents(namespaces: Namespaces, tmp_path: Path) -> Generator[Agents]:
    """Two machines without agents."""
    found = Agents(namespaces, tmp_path, (MASTER, NODE1))
    found.apply(POOL)
    yield found
    found.stop()


def ask(agents: Agents, name: str, path: str) -> tuple[int, str]:
    """Ask on a machine as the kubelet does; return status and text."""
    answer = agents.machines[name].run(["python3", "-c", ASK, f"http://{HEALTH}/{path}"]).stdout
    status, _, text = answer.partition(" ")
    return int(status), text.strip()


def scrape(agents: Agents, name: str) -> dict[tuple[str, str], float]:
    """Scrape as Prometheus does; return values by name and peer."""
    status, text = ask(agents, name, "metrics")
    assert status == 200
    return {
        (sample.name, sample.labels.get("peer", "")): float(sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def told(manager: socket.socket) -> list[str]:
    """Return what a service manager has been told since the last call."""
    found: list[str] = []
    while True:
        try:
            found.append(manager.recv(4096).decode())
        except BlockingIOError:
            return found


def test_operators_find_everything_where_they_look(
    agents: Agents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Probes, metrics and the manager's status follow the sessions; sockets are root's alone; SIGTERM ends in order."""
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(address))
        manager.setblocking(False)
        agents.start(NODE1)
        monkeypatch.setenv("NOTIFY_SOCKET", str(address))
        monkeypatch.setenv("WATCHDOG_USEC", "900000")
        agents.directory(MASTER).rmdir()
        agents.start(MASTER, "--health-address", HEALTH)
        monkeypatch.delenv("NOTIFY_SOCKET")
        wait_until(lambda: ask(agents, MASTER, "liveness") == (200, "ok"), "liveness", PATIENCE)
        agents.wait_established(MASTER, NODE1)
        assert ask(agents, MASTER, "readiness") == (200, "ok")
        samples = scrape(agents, MASTER)
        assert samples["bgpkit_bgp_peer_up", ADDRESSES[NODE1]] == 1
        assert samples["bgpkit_datastore_reachable", ""] == 1
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in agents.directory(MASTER).glob("*")}
        assert {modes[name] for name in ("agent.sock", "bird.ctl", "bird6.ctl")} == {0o600}
        assert stat.S_IMODE(agents.directory(MASTER).stat().st_mode) == 0o700

        words = told(manager)  # few of them may wait
        agents.running.pop(NODE1).kill()
        wait_until(lambda: ask(agents, MASTER, "readiness")[0] == 503, "not ready", PATIENCE)
        assert ask(agents, MASTER, "readiness")[1] == f"BGP not established with {ADDRESSES[NODE1]}"
        assert ask(agents, MASTER, "liveness") == (200, "ok")
        agent = agents.running.pop(MASTER)
        agent.stop(PATIENCE)
        words += told(manager)
    assert next(word for word in words if word != "WATCHDOG=1") == "READY=1"
    assert words.count("WATCHDOG=1") >= 2
    states = [word for word in words if word.startswith("STATUS=")]
    assert states[0] == "STATUS=0 of 1 sessions Established"
    assert states[1:] == ["STATUS=1 of 1 sessions Established", "STATUS=0 of 1 sessions Established"]
    assert words[-1] == "STOPPING=1" or words[-2] == "STOPPING=1"
    assert agent.status == 0
    assert "Traceback" not in agent.words()
    assert {path.name for path in agents.directory(MASTER).glob("*.ctl")} == set()


def test_ctrl_c_ends_as_sigterm_does(agents: Agents) -> None:
    """Routes stay in both kernels, the peer keeps them for the return, and nothing is said on the session."""
    for name in (MASTER, NODE1):
        agents.start(name)
    agents.wait_established(MASTER, NODE1)
    agents.add_pod(NODE1, "pod-b")
    wait_until(lambda: len(agents.routes(MASTER)) == 1, "routes", PATIENCE)
    before = agents.routes(MASTER), agents.routes(NODE1)
    agent = agents.running.pop(NODE1)
    agents.machines[NODE1].run(["kill", "-INT", str(agent.pid)])
    _wait_ended(agent)
    assert (agent.status, "Traceback" in agent.words()) == (0, False)
    wait_until(lambda: agents.status(MASTER)["peers"][0]["stale"] == ["ipv4-unicast"], "stale", PATIENCE)
    assert (agents.routes(MASTER), agents.routes(NODE1)) == before
    assert "NOTIFICATION" not in agents.status(MASTER)["peers"][0]["info"]


def test_what_cannot_be_served_is_said_in_one_sentence(agents: Agents) -> None:
    """An address that is not here, a socket that a BIRD answers on: exit 1, no agent."""
    bird = agents.directory(MASTER) / "taken.ctl"
    with socket.socket(socket.AF_UNIX) as taken:
        taken.bind(str(bird))
        taken.listen()
        for options, sentence in (
            (("--health-address", "192.0.2.1:9099"), "192.0.2.1 port 9099 cannot be used for health and metrics"),
            (("--bird-socket", str(bird)), "something answers on"),
        ):
            process = agents.start(MASTER, *options, ready=False)
            _wait_ended(process)
            assert process.status == 1
            assert sentence in process.words().splitlines()[-1]
            assert "Traceback" not in process.words()


def test_one_bad_resource_is_named_and_stops_nothing(agents: Agents) -> None:
    """Of any kind, there before or written later; what is changed beside it still has its effect."""
    _write(agents, "bgppeers/bad", b"{")
    for name in (MASTER, NODE1):
        agents.start(name)
    agents.wait_established(MASTER, NODE1)
    for key in ("ippools/bad", "nodes/bad", "bgpconfigurations/node.bad"):
        _write(agents, key, b'{"spec": {"cidr": 5}}')
    _write(agents, f"nodes/{NODE1}", b"{")
    agents.apply(PASSED_OVER)
    peer = f"{ADDRESSES[NODE2]}"
    wait_until(lambda: peer in {row["address"] for row in agents.status(MASTER)["peers"]}, "the new peer", PATIENCE)
    assert agents.established(MASTER) == {ADDRESSES[NODE1]: "node-to-node mesh"}
    words = agents.running[MASTER].words()
    for key in ("bgppeers/bad", "ippools/bad", "nodes/bad", "bgpconfigurations/node.bad", f"nodes/{NODE1}"):
        assert words.count(f'"key": "{RESOURCES}{key}"') == 1, key
    assert all(agents.running[name].is_running for name in (MASTER, NODE1))


PASSED_OVER: Final = """\
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {name: office}
spec: {peerIP: 10.4.7.21, asNumber: 65010}
"""


def _wait_ended(process: RunningProcess) -> None:
    wait_until(lambda: not process.is_running, "the end", PATIENCE)


def _write(agents: Agents, key: str, value: bytes) -> None:
    """Write into the store what nobody has looked at."""

    async def write() -> None:
        """Do so."""
        async with await SqliteDatastore.open(agents.datastore) as datastore:
            await datastore.transact((Put(f"{RESOURCES}{key}", value),))

    asyncio.run(write())
