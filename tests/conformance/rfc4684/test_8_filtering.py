"""RFC 4684, section 8, Deployment Considerations: memberships can be filtered."""

import pytest

from bgpkit.policy import REJECT_ALL
from bgpkit_fsm import IPV4_VPN
from tests.conformance.rfc4684.vpn_peer import backbone, membership


@pytest.mark.rfc("4684", "8")
async def test_a_membership_that_the_import_policy_refuses_asks_for_nothing() -> None:
    """Implementations SHOULD provide means to filter memberships."""
    async with backbone() as lab:
        sender = await lab.peer(0, families=(IPV4_VPN,))
        await sender.announce("10.1.0.0/16", 1)
        receiver = await lab.peer(1, import_policy=REJECT_ALL)
        await receiver.want(membership(1))
        await receiver.complete()
        await receiver.hear_until_ended(IPV4_VPN)
        assert receiver.routes == {}
