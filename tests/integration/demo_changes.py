"""What an operator does to the demonstration's cluster, and how it looks afterwards."""

import subprocess
from ipaddress import ip_network
from pathlib import Path
from typing import Final

from tests.integration.demo_process import INSIDE, MACHINES, PATIENCE, HeldCluster, machine_of
from tests.support.processes import RunningProcess, wait_until

MASTER = next(iter(MACHINES))
PEERING: Final = """\
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata:
  name: peer-with-route-reflectors
spec:
  nodeSelector: all()
  peerSelector: route-reflector == 'true'
"""


def mesh_off() -> str:
    """Return the BGPConfiguration of walkthrough 18."""
    return """\
apiVersion: projectcalico.org/v3
kind: BGPConfiguration
metadata:
  name: default
spec:
  logSeverityScreen: Info
  nodeToNodeMeshEnabled: false
  asNumber: 63400
"""


def reflector(machine: str) -> str:
    """Return the Node document of walkthrough 20."""
    return f"""\
apiVersion: projectcalico.org/v3
kind: Node
metadata:
  name: {machine}
  labels:
    route-reflector: "true"
spec:
  bgp:
    ipv4Address: {MACHINES[machine]}/24
    routeReflectorClusterID: 244.0.0.1
"""


def apply(held: HeldCluster, folder: Path, *documents: str) -> None:
    """Apply documents as one file, as an operator does on a node."""
    file = folder / f"{len(list(folder.iterdir()))}.yaml"
    file.write_text("---\n".join(documents), encoding="utf-8")
    answer = subprocess.run(
        held.bgpkit_node(MASTER, "apply", "-f", str(file)), capture_output=True, text=True, timeout=60, check=False
    )
    assert answer.returncode == 0, answer.stderr
    assert f"Successfully applied {len(documents)}" in answer.stdout


def wait_sessions(held: HeldCluster, wanted: dict[str, set[str]]) -> None:
    """Wait until each node's status table has these sessions, all node specific and Established, and no other."""
    expected = {
        machine: dict.fromkeys((MACHINES[other] for other in others), ("node specific", "Established"))
        for machine, others in wanted.items()
    }
    wait_until(lambda: {one: held.sessions(one) for one in wanted} == expected, f"sessions {wanted}", PATIENCE)


def is_down(held: HeldCluster, machine: str, other: str) -> bool:
    """Tell whether the session of a node with another one is there and not Established."""
    return held.sessions(machine).get(MACHINES[other], ("", "Established"))[1] != "Established"


def restart_agent(held: HeldCluster, machine: str, folder: Path) -> RunningProcess:
    """Start the agent of a node as it was started first."""
    words = ["agent", "--node", machine, "--run-dir", f"{INSIDE}/{machine}"]
    return RunningProcess(held.bgpkit_node(machine, *words), folder / "agent.log")


def log_of(process: RunningProcess | None) -> str:
    """Return what a process has written."""
    return process.words() if process is not None else ""


def assert_block_routes(held: HeldCluster, addresses: dict[str, str]) -> None:
    """Each node's kernel has its own block as a blackhole and the others' blocks by their nodes."""
    blocks = blocks_of(addresses)
    for machine in MACHINES:
        rows = {row["dst"]: row for row in held.ip_json(machine, "route", "show", "proto", "bird")}
        assert rows.keys() == set(blocks.values())
        assert rows[blocks[machine]]["type"] == "blackhole"
        others = {other for other in MACHINES if other != machine}
        assert {other: rows[blocks[other]]["gateway"] for other in others} == {one: MACHINES[one] for one in others}


def blocks_of(addresses: dict[str, str]) -> dict[str, str]:
    """Return the /26 of each node, by the addresses of its pods."""
    blocks = {(machine_of(pod), str(ip_network(f"{address}/26", strict=False))) for pod, address in addresses.items()}
    assert len(blocks) == len(MACHINES)
    return dict(blocks)
