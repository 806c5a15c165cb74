"""What an agent reports of its node in Calico's fields."""

from collections.abc import Collection
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Final

from bgpkit import IPV6_UNICAST
from bgpkit_node.node_status.peer_rows import bgp_status
from bgpkit_node.node_status.route_rows import routes_status
from bgpkit_node.resources.calico_node_status import CalicoNodeStatusStatus, StatusClass
from bgpkit_node.resources.node_status import AgentState, AgentStatus, BGPDaemonStatus
from bgpkit_node.running import RunningNode

_TIME: Final = "%Y-%m-%d %H:%M:%S"


async def report(
    running: RunningNode, classes: Collection[StatusClass], now: datetime
) -> tuple[CalicoNodeStatusStatus, str]:
    """Return the report on ``classes``, and one sentence about what was left out of it, or nothing."""
    routes, cut = None, ""
    if StatusClass.ROUTES in classes:
        routes, cut = await routes_status(running.serving)
    return (
        CalicoNodeStatusStatus(
            last_updated=now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            agent=_agent(running) if StatusClass.AGENT in classes else None,
            bgp=bgp_status(running.serving, now) if StatusClass.BGP in classes else None,
            routes=routes,
        ),
        cut,
    )


def _agent(running: RunningNode) -> AgentStatus:
    """Return how the speaker is, which stands for both of Calico's daemons."""
    serving = running.serving
    ready = serving is not None and not running.stopping and not serving.speaker.deferral.active
    started = running.started.astimezone().strftime(_TIME)
    daemon = BGPDaemonStatus(
        state=AgentState.READY if ready else AgentState.NOT_READY,
        version=f"bgpkit-node {version('bgpkit')}",
        router_id="" if serving is None else str(serving.speaker.bgp_identifier),
        last_boot_time=started,
        last_reconfiguration_time=started,
    )
    both = serving is not None and IPV6_UNICAST in serving.speaker.families
    return AgentStatus(bird_v4=daemon, bird_v6=daemon if both else None)
