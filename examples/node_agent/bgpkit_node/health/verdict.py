"""Is the agent alive, and is it ready? The rules of Calico's probes."""

from datetime import datetime, timedelta
from typing import Final

from bgpkit_node.running import RunningNode

STRICT_FOR: Final = timedelta(seconds=30)
"""How long after its start a node is ready only when all of its sessions are Established."""


def liveness(running: RunningNode) -> str:
    """Return why the agent should be started anew; empty while it is alive."""
    lost = running.fib_tally.lost
    return f"the kernel's routes cannot be followed any more: {lost}" if lost else ""


def readiness(running: RunningNode, now: datetime) -> str:
    """Return why the node should not have traffic yet; empty when it is ready.

    It is not while policies that are stored are not in force. For 30 seconds all of its sessions have to be Established
    and no restart may be in progress, so that an update of all nodes goes no faster than routes do; from then on one
    session does, for others may be down. Without peers a node is ready. An outage of the datastore takes nothing away:
    forwarding goes on. One whose file is gone does: what comes next would be kept nowhere.
    """
    serving = running.serving
    if running.stopping:
        return "the agent is stopping"
    if serving is None:
        return f"the agent is {running.begins}"
    if running.outages.gone:
        return running.outages.gone
    if running.policies.why_not:
        return f"the policies are not in force: {running.policies.why_not}"
    down = serving.down
    if now - running.started < STRICT_FOR:
        if down:
            return f"BGP not established with {','.join(down)}"
        if serving.speaker.deferral.active:
            return "the restart is not over: routes of peers are awaited"
    elif down and len(down) == len(serving.sessions.wanted):
        return "BGP is established with none of the peers"
    return ""
