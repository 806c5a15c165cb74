"""Node status: the text that operators know, to the letter; calico.md, section 1, row 8; walkthrough 14 and 21."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

from bgpkit_node.cni import AgentSocket
from bgpkit_node.command.look import Look
from bgpkit_node.command.node import PeerRow, Status, render_status
from tests.support.commands import Answer, asked, bgpkit_node
from tests.support.skips import require_kernel

MESH = PeerRow("10.4.7.12", "node-to-node mesh", "up", "09:50:12", "Established")
OLD = """\
Calico process is running.

IPv4 BGP status
+--------------+-------------------+-------+----------+-------------+
| PEER ADDRESS |     PEER TYPE     | STATE |  SINCE   |    INFO     |
+--------------+-------------------+-------+----------+-------------+
| 10.4.7.12    | node-to-node mesh | up    | 09:50:12 | Established |
| 10.4.7.21    | node-to-node mesh | up    | 09:50:13 | Established |
+--------------+-------------------+-------+----------+-------------+

IPv6 BGP status
No IPv6 peers found.

"""
PRESENT = """\
Calico process is running.

IPv4 BGP status
+--------------+-------------------+-------+----------+-------------+
| PEER ADDRESS | PEER TYPE         | STATE | SINCE    | INFO        |
+--------------+-------------------+-------+----------+-------------+
| 10.4.7.12    | node-to-node mesh | up    | 09:50:12 | Established |
| 10.4.7.21    | node-to-node mesh | up    | 09:50:13 | Established |
+--------------+-------------------+-------+----------+-------------+

IPv6 BGP status
No IPv6 peers found.

"""
SPECIFIC = """\
+--------------+---------------+-------+------------+-------------+
| PEER ADDRESS |   PEER TYPE   | STATE |   SINCE    |    INFO     |
+--------------+---------------+-------+------------+-------------+
| 10.4.7.12    | node specific | up    | 2026-11-21 | Established |
+--------------+---------------+-------+------------+-------------+
"""
NOBODY = """\
Calico process is running.

IPv4 BGP status
No IPv4 peers found.

IPv6 BGP status
No IPv6 peers found.

"""


def test_the_table_of_a_mesh_is_calicoctls() -> None:
    """In the present look, and in that of 3.9; IPv6 below."""
    second = PeerRow("10.4.7.21", "node-to-node mesh", "up", "09:50:13", "Established")
    assert render_status(Status("k8s-master1", (MESH, second))) + "\n" == PRESENT
    assert render_status(Status("k8s-master1", (MESH, second)), Look.OLD) + "\n" == OLD


def test_a_reflector_is_node_specific() -> None:
    """After 20 hours with the date. walkthrough 21."""
    row = PeerRow("10.4.7.12", "node specific", "up", "2026-11-21", "Established")
    assert SPECIFIC in render_status(Status("k8s-master1", (row,)), Look.OLD)


def test_without_peers_there_is_no_table() -> None:
    """One sentence for each IP version."""
    assert render_status(Status("k8s-master1", ())) + "\n" == NOBODY


def test_without_an_agent_the_process_is_not_running(tmp_path: Path) -> None:
    """The sentence of calicoctl, and on standard error where an agent was looked for."""
    answer = asked("node", "status", "--run-dir", tmp_path)
    assert (answer.status, answer.out) == (1, "Calico process is not running.\n")
    why, cure = answer.err.split("; ", 1)
    assert why == f"bgpkit-node: no node agent answers on {tmp_path}/agent.sock: No such file or directory"
    assert cure.startswith("start it as root with bgpkit-node agent")


def test_whoever_may_not_ask_is_told_so(tmp_path: Path) -> None:
    """An agent that runs is not said to be missing."""
    require_kernel("netns")
    tmp_path.chmod(0o700)
    answer = bgpkit_node("node", "status", "--run-dir", tmp_path, prefix=("setpriv", "--reuid=65534", "--clear-groups"))
    answer.assert_refused(f"{tmp_path}/agent.sock: permission denied: ask the agent as root")


async def test_the_answer_of_an_agent_is_printed(tmp_path: Path) -> None:
    """As the table, or as JSON with all that was told."""
    peer = {"address": "10.4.7.12", "type": "global", "state": "start", "since": "09:50:12", "info": "Active refused"}
    told: dict[str, object] = {"node": "a", "asn": 63400, "peers": [{**peer, "asn": 1}]}
    text, whole = await _asked(tmp_path, told, ()), await _asked(tmp_path, told, ("--json",), wide=True)
    old = await _asked(tmp_path, told, ("--compat", "3.9"))
    assert "| 10.4.7.12    | global    | start | 09:50:12 | Active refused |" in text.out
    assert "| PEER ADDRESS | PEER TYPE | STATE |  SINCE   |      INFO      |" in old.out
    assert json.loads(whole.out) == told


async def test_the_wide_table_has_what_calicoctls_lacks(tmp_path: Path) -> None:
    """Only when it is asked for, and the agent is asked for what takes time to count only then. calico.md, 8, 11."""
    up = {"address": "10.4.7.12", "type": "global", "state": "up", "since": "09:50:12", "info": "Established"}
    facts = {"asn": 63400, "local_address": "10.4.7.11", "prefixes_received": 3, "prefixes_sent": 2}
    capabilities = ["multiprotocol ipv4-unicast", "multiprotocol ipv6-unicast", "route-refresh"]
    peers = [{**up, **facts, "capabilities": capabilities, "last_error": "reset"}, {**up, "address": "10.4.7.13"}]
    told: dict[str, object] = {"node": "a", "peers": peers}
    wide = (await _asked(tmp_path, told, ("-o", "wide"), wide=True)).out
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in wide.splitlines() if line.startswith("| ")]
    more = ("AS", "LOCAL ADDRESS", "RECEIVED", "SENT", "CAPABILITIES", "LAST ERROR")
    assert rows[0] == ["PEER ADDRESS", "PEER TYPE", "STATE", "SINCE", "INFO", *more]
    assert rows[1][5:] == ["63400", "10.4.7.11", "3", "2", "multiprotocol, route-refresh", "reset"]
    assert rows[2][5:] == ["0", "-", "0", "-", "-", "-"]
    assert "LOCAL ADDRESS" not in (await _asked(tmp_path, told, ())).out
    assert json.loads((await _asked(tmp_path, told, ("--json",), wide=True)).out) == told
    both = await _asked(tmp_path, told, ("--json", "-o", "wide"))
    assert (both.status, both.out) == (2, "")


async def test_a_node_without_a_block_says_so_and_counts_pods_elsewhere(tmp_path: Path) -> None:
    """Below the tables, and not where calicoctl's own text is expected. walkthrough 9."""
    told: dict[str, object] = {"node": "a", "peers": [], "blocks": [], "pods_elsewhere": {"cni0": 2, "weave": 1}}
    bare = await _asked(tmp_path, told, ())
    assert bare.out == NOBODY + (
        "a owns no block: it claims one with its first pod, and shows no route of its own until then.\n"
        "2 pods are on another network (cni0): a pod is on this one only when it is created anew.\n"
        "1 pod is on another network (weave): a pod is on this one only when it is created anew.\n"
    )
    assert (await _asked(tmp_path, {**told, "blocks": ["10.244.0.0/26"], "pods_elsewhere": {}}, ())).out == NOBODY
    assert (await _asked(tmp_path, told, (), program="calicoctl")).out == NOBODY


async def test_an_answer_of_another_version_is_said_to_be_one(tmp_path: Path) -> None:
    """Instead of a trace."""
    answer = await _asked(tmp_path, {"node": "a", "peers": "none"}, ())
    answer.assert_refused("is of another version, its answer cannot be read")


async def _asked(
    folder: Path, told: dict[str, object], words: tuple[str, ...], *, program: str = "bgpkit-node", wide: bool = False
) -> Answer:
    async def status(request: Mapping[str, object]) -> dict[str, object]:
        assert request["wide"] is wide
        return told

    environment = {"BGPKIT_NODE_RUN_DIR": str(folder)}
    async with AgentSocket(folder / "agent.sock", {"status": status}):
        return await asyncio.to_thread(asked, "node", "status", *words, program=program, environment=environment)
