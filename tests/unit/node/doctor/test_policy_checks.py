"""Policies on a machine that cannot enforce them: one line, and none where there are no policies."""

import pytest

from bgpkit_node.doctor.packet_filter import PacketFilter
from bgpkit_node.doctor.policy_checks import policy_findings
from tests.unit.node.doctor.scenery import lines


def test_without_policies_nothing_is_said() -> None:
    """Whatever this machine has."""
    assert list(policy_findings(PacketFilter(nft="there is none"), 0)) == []


@pytest.mark.parametrize(
    ("packets", "said"),
    [
        (PacketFilter(nft="there is no library libnftables.so.1"), "nft there is no library libnftables.so.1"),
        (
            PacketFilter(nft="nft does not understand it: syntax error\nadd"),
            "nft nft does not understand it: syntax error",
        ),
        (PacketFilter(kernel="the kernel has no nf_tables"), "nf_tables the kernel has no nf_tables"),
    ],
)
def test_what_is_missing_is_named_in_one_line(packets: PacketFilter, said: str) -> None:
    """With what to do about it."""
    (found,) = policy_findings(packets, 2)
    follows = "so 2 policies cannot be enforced, and pods that they are for do not start"
    assert lines([found]) == [f"failure: {said}, {follows}"]
    assert found.cure


def test_one_who_may_not_ask_is_told_so() -> None:
    """It is neither well nor a failure."""
    (found,) = policy_findings(PacketFilter(allowed=False), 2)
    assert lines([found]) == ["not looked at: nf_tables whether 2 policies can be enforced only root is told"]


def test_where_all_is_there_a_line_says_so() -> None:
    """It is no complaint."""
    (found,) = policy_findings(PacketFilter(), 1)
    assert lines([found]) == []
    assert found.said == "1 policy can be enforced: nft and the kernel have what that needs"
