"""All that an agent answers about its node, be it asked over its socket or through the datastore."""

from collections.abc import Mapping
from datetime import UTC, datetime

from bgpkit_node.agent.backend import Backend
from bgpkit_node.agent.hop_answers import HopAnswers
from bgpkit_node.agent.peer_answers import PeerAnswers
from bgpkit_node.agent.policy_answers import PolicyAnswers
from bgpkit_node.agent.route_answers import RouteAnswers
from bgpkit_node.datastore import Datastore
from bgpkit_node.node_status.answering import Answer, StatusAnswers
from bgpkit_node.node_status.underlay_answer import UnderlayAnswers
from bgpkit_node.resources import ResourceStore
from bgpkit_node.running import RunningNode, Serving
from bgpkit_node.running.through_outages import through_outages


def node_answers(
    node: str, serving: Serving, datastore: Datastore, backend: Backend = Backend.BIRD
) -> dict[str, Answer]:
    """Return what answers each question about ``node``, by the question's name."""
    routes = RouteAnswers(node, serving, datastore)

    async def clock(_: Mapping[str, object]) -> dict[str, object]:
        """Tell the time."""
        return {"node": node, "time": datetime.now(UTC).isoformat()}

    return {
        "routes": routes.routes,
        "explain": routes.explain,
        "hop": HopAnswers(node).hop,
        "peer": PeerAnswers(node, serving, speaks_bgp=backend.speaks_bgp).peer,
        "clock": clock,
        "underlay": UnderlayAnswers(node, datastore).underlay,
        "policy-counts": PolicyAnswers(node).counts,
    }


async def answer_through_datastore(running: RunningNode, datastore: Datastore, answers: Mapping[str, Answer]) -> None:
    """Answer every CalicoNodeStatus that names the node, for ever."""
    reports = StatusAnswers(running, ResourceStore(datastore), answers)
    try:
        async for _ in through_outages("status", reports.changes, running.outages):
            pass
    finally:
        await reports.close()
