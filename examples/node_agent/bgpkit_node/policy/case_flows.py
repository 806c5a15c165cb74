"""Connections asked about in a cluster that one document describes."""

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from bgpkit_node.errors import ResourceError
from bgpkit_node.policy.case_document import CaseDocument, converted
from bgpkit_node.policy.case_state import cluster_of
from bgpkit_node.policy.cluster import Cluster
from bgpkit_node.policy.evaluator import Evaluator
from bgpkit_node.policy.protocols import protocol_number
from bgpkit_node.policy.verdict import Packet

_Flow: TypeAlias = tuple[str, str, int | None, str]
"""From, to, port and protocol; the port is null where the protocol has none."""


class Question(msgspec.Struct, frozen=True):
    """A state, as ``case_document`` describes it, and the flows to decide in it."""

    state: dict[str, object]
    flows: tuple[_Flow, ...]


def answers(document: object) -> list[bool]:
    """Tell of each flow of a :class:`Question` whether it is allowed.

    Raises ResourceError or InvalidResourcesError, with the path of what is wrong, before anything is decided.
    """
    question = converted(document, Question)
    cluster = cluster_of(converted(question.state, CaseDocument, "state."), "state.")
    evaluator = Evaluator(cluster.state)
    asked = [_packets(cluster, flow, f"flows[{index}]") for index, flow in enumerate(question.flows)]
    return [bool(packets) and all(evaluator.verdict(each).allowed for each in packets) for packets in asked]


def _packets(cluster: Cluster, flow: _Flow, path: str) -> Sequence[Packet]:
    source, destination, port, protocol = flow
    if port is not None and not 0 <= port <= 65535:
        raise ResourceError(f"port {port} is not between 0 and 65535", field=path)
    try:
        return tuple(cluster.packets(source, destination, protocol_number(protocol), port))
    except ValueError as error:
        raise ResourceError(str(error), field=path) from error
