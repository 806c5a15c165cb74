"""What the rules that a verdict names have counted on the nodes that enforce them."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from bgpkit_node.command.policy_source import PolicySource
from bgpkit_node.command.surroundings import opened_store, warn
from bgpkit_node.errors import NodeError
from bgpkit_node.nft.naming import comment
from bgpkit_node.nft.rule_comments import UNDECIDED, of_rule, of_tier_end
from bgpkit_node.nft.rule_counts import read_counts
from bgpkit_node.node_status import Told, ask_nodes
from bgpkit_node.policy import Cluster, Reason, SideVerdict, Verdict
from bgpkit_node.policy.explanation import Counted
from bgpkit_node.policy.model import Action
from bgpkit_node.policy.verdict import Consideration

_Counts = Mapping[str, Mapping[str, Mapping[str, tuple[int, int]]]]
"""Packets and octets by endpoint, direction, and what is written at a rule."""


class _Answer(msgspec.Struct, frozen=True):
    counts: dict[str, dict[str, dict[str, tuple[int, int]]]]


@dataclass(frozen=True, slots=True)
class NodeCounts:
    """What has been counted, by node, for the endpoints of some verdicts."""

    nodes: Mapping[str, str]
    """The node of each endpoint."""
    counts: Mapping[str, _Counts] = field(default_factory=dict[str, _Counts])

    def counting(self, side: SideVerdict, consideration: Consideration | None) -> Counted | None:
        """Tell what has been counted where a rule was found, or, without one, where no rule decided."""
        said = _said(side, consideration)
        node = self.nodes.get(side.endpoint, "")
        found = self.counts.get(node, {}).get(side.endpoint, {}).get(side.direction.value)
        if said is None or found is None or comment(said) not in found:
            return None
        return Counted(node, *found[comment(said)])


def counts_for(source: PolicySource, cluster: Cluster, verdicts: Iterable[Verdict], seconds: float) -> NodeCounts:
    """Ask the agents of the nodes that enforce ``verdicts``; where a file describes the cluster, this machine's kernel.

    Who does not answer is named on standard error. NodeError when nobody can be asked.
    """
    sides = dict.fromkeys(side.endpoint for verdict in verdicts for side in verdict.sides)
    endpoints = [key for key in sides if key in cluster.state.endpoints]
    nodes = {key: cluster.state.endpoints[key].node for key in endpoints}
    if source.state_file is not None:
        here = read_counts(endpoints)
        if not here and endpoints:
            warn(f"this machine enforces nothing for {', '.join(endpoints)}: nothing has been counted")
        return NodeCounts(nodes, {nodes[key]: here for key in here})
    told = asyncio.run(_asked(source, nodes, seconds))
    for node, why in told.silent.items():
        warn(f"{node}: {why}")
    return NodeCounts(nodes, {node: _counts(node, answer) for node, answer in told.answers.items()})


async def _asked(source: PolicySource, nodes: Mapping[str, str], seconds: float) -> Told:
    """Ask all the nodes about all the endpoints: each knows its own."""
    question = {"request": "policy-counts", "endpoints": list(nodes)}
    async with opened_store(source.datastore) as store:
        return await ask_nodes(store, list(dict.fromkeys(nodes.values())), question, seconds=seconds)


def _counts(node: str, answer: Mapping[str, object]) -> _Counts:
    try:
        return msgspec.convert(answer, _Answer).counts
    except msgspec.ValidationError as error:
        raise NodeError(f"the agent of {node} is of another version, its answer cannot be read: {error}") from error


def _said(side: SideVerdict, consideration: Consideration | None) -> str | None:
    """Return what is written at a rule in the kernel; None where there is no such rule."""
    if consideration is not None:
        staged = consideration.action if consideration.staged else None
        return of_rule(consideration.policy, consideration.rule, staged) if consideration.rule else None
    match side.reason:
        case Reason.END_OF_TIER:
            return of_tier_end(side.tier, Action.ALLOW if side.allowed else Action.DENY)
        case Reason.NO_PROFILE:
            return UNDECIDED
        case Reason.NO_POLICY:
            return ""
        case Reason.RULE | Reason.PROFILE | Reason.FAILSAFE | Reason.FORWARDED | Reason.CLOSED_NODE:
            return None
