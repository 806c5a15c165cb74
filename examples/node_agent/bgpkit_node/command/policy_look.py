"""The look at whether this machine can enforce what is stored."""

import asyncio

from bgpkit_node.doctor import Finding, policy_findings, read_packet_filter
from bgpkit_node.policy.conversion import POLICY_TYPES
from bgpkit_node.resources import ResourceStore


async def policy_look(store: ResourceStore) -> list[Finding]:
    """Return a line when there are policies."""
    policies = [each for kind in POLICY_TYPES for each in await store.list(kind)]
    return list(policy_findings(await asyncio.to_thread(read_packet_filter), len(policies))) if policies else []
