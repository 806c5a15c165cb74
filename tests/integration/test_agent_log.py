"""A log that nobody reads, and the end of the terminal: the one stops nothing, the other ends the agent in order."""

import os
from pathlib import Path

import pytest

from tests.integration.agents import ADDRESSES, PATIENCE, POOL, Agents
from tests.support.netns import Namespaces
from tests.support.processes import wait_until

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("agents")]

MASTER, _, _ = ADDRESSES
PEER = """\
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {name: router}
spec: {peerIP: 10.4.7.99, asNumber: 63400}
"""


class LoggingInto(Agents):
    """Agents whose standard error is a named pipe."""

    pipe: Path

    def _program(self, *words: str) -> list[str]:
        """Return the command line of an agent."""
        return ["sh", "-c", f'exec "$@" 2>{self.pipe}', "sh", *super()._program(*words)]


def test_an_agent_outlives_its_log_and_ends_in_order_with_its_terminal(namespaces: Namespaces, tmp_path: Path) -> None:
    """The reader goes, the agent does what it is told; the next reader hears how much was lost, and the last line."""
    agents = LoggingInto(namespaces, tmp_path, (MASTER,))
    agents.pipe = tmp_path / "log"
    os.mkfifo(agents.pipe)
    agents.apply(POOL)
    reader = os.open(agents.pipe, os.O_RDONLY | os.O_NONBLOCK)
    agent = agents.start(MASTER)
    try:
        os.close(reader)
        agents.apply(PEER)
        wait_until(lambda: len(agents.status(MASTER)["peers"]) == 1, "the peer", PATIENCE)
        reader = os.open(agents.pipe, os.O_RDONLY | os.O_NONBLOCK)
        agents.machines[MASTER].run(["kill", "-HUP", str(agent.pid)])
        wait_until(lambda: not agent.is_running, "the end", PATIENCE)
        heard = os.read(reader, 1 << 16).decode()
        os.close(reader)
    finally:
        agents.stop()
    assert agent.status == 0, heard
    assert '"event": "log.lines_lost"' in heard
    assert '"event": "agent.stopped"' in heard.splitlines()[-1]
    assert "agent.sock" not in {path.name for path in agents.directory(MASTER).iterdir()}
