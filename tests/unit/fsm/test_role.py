"""Tests of the BGP roles."""

import pytest

from bgpkit_fsm import BgpRole, RoleCapability


@pytest.mark.parametrize(
    ("ours", "theirs"), [("PROVIDER", "CUSTOMER"), ("CUSTOMER", "PROVIDER"), ("RS", "RS_CLIENT"), ("PEER", "PEER")]
)
def test_each_role_has_one_counterpart(ours: str, theirs: str) -> None:
    """RFC 9234, section 4.2, table 2."""
    assert BgpRole[ours].counterpart is BgpRole[theirs]
    assert BgpRole[theirs].counterpart is BgpRole[ours]


@pytest.mark.parametrize(
    ("number", "role", "text"),
    [
        (0, BgpRole.PROVIDER, "role provider"),
        (1, BgpRole.RS, "role rs"),
        (2, BgpRole.RS_CLIENT, "role rs-client"),
        (3, BgpRole.CUSTOMER, "role customer"),
        (4, BgpRole.PEER, "role peer"),
        (5, None, "role 5"),
        (255, None, "role 255"),
    ],
)
def test_numbers_are_those_of_the_registry(number: int, role: BgpRole | None, text: str) -> None:
    """RFC 9234, section 4.1, table 1: 5 to 255 stand for no role."""
    capability = RoleCapability(number)
    assert (capability.assigned, str(capability)) == (role, text)
