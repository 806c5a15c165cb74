"""The severity from which an agent logs is that of the BGPConfigurations, while it runs. walkthrough 12."""

from pathlib import Path

import pytest

from tests.integration.agents import ADDRESSES, PATIENCE, Agents
from tests.support.commands import applied, document, documents
from tests.support.netns import Namespaces
from tests.support.processes import wait_until

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("agents")]

MASTER, _, _ = ADDRESSES
CHANGED = '"event": "peering.changed"'


def _peer(name: str) -> str:
    return document("BGPPeer", name, f"{{peerIP: 10.4.7.9{len(name)}, asNumber: 65000}}")


def test_an_agent_logs_as_the_resources_say(namespaces: Namespaces, tmp_path: Path) -> None:
    """That of the node wins over the default one; without any it is Info. Each change is seen with the next one."""
    agents = Agents(namespaces, tmp_path, (MASTER,))
    applied(agents.datastore, documents(document("Node", MASTER, "{}"), _peer("a")))
    agent = agents.start(MASTER)

    def peers_with(name: str, *others: str) -> None:
        assert applied(agents.datastore, documents(_peer(name), *others)).status == 0
        wait_until(lambda: f"10.4.7.9{len(name)}" in str(agents.status(MASTER)["peers"]), name, PATIENCE)

    try:
        peers_with("bb")
        assert CHANGED not in agent.words()
        peers_with("ccc", document("BGPConfiguration", "default", "{logSeverityScreen: Debug}"))
        wait_until(lambda: CHANGED in agent.words(), "what is told to whoever wants to debug", PATIENCE)
        before = agent.words().count(CHANGED)
        peers_with("dddd", document("BGPConfiguration", f"node.{MASTER}", "{logSeverityScreen: Warning}"))
        assert agent.words().count(CHANGED) == before
    finally:
        agents.stop()
