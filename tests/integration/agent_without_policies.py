"""``bgpkit-node`` on a kernel whose nf_tables knows no table: an agent that gives pods no rules, for all else of it.

An agent as it is shuts the pods whose rules cannot be in force.
"""

import asyncio
from unittest import mock

from bgpkit_node.agent.policy_keeper import PolicyKeeper
from bgpkit_node.command.main import main
from bgpkit_node.resources import WorkloadEndpoint


async def _at_once(_keeper: PolicyKeeper, _endpoint: WorkloadEndpoint) -> None:
    """Let a pod begin."""


async def _idle(_keeper: PolicyKeeper) -> None:
    """Enforce nothing, until cancelled."""
    await asyncio.Event().wait()


if __name__ == "__main__":
    with mock.patch.multiple(PolicyKeeper, committed=_at_once, run=_idle):
        main()
