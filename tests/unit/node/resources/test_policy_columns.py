"""The tables of policies are those of calicoctl."""

import pytest

from bgpkit_node.resources.metadata import Metadata
from bgpkit_node.resources.network_policy import NETWORK_POLICY, NetworkPolicy, NetworkPolicySpec
from bgpkit_node.resources.policy_columns import order_text, pairs_text


@pytest.mark.parametrize(
    ("order", "text"),
    [(None, "<nil>"), (100, "100"), (100.0, "100"), (10.5, "10.5"), (1_000_000, "1000000"), (-3, "-3")],
)
def test_an_order_is_written_plainly(order: float | None, text: str) -> None:
    """Without a fraction of zero; what is not given as Go writes it."""
    assert order_text(order) == text


def test_labels_are_written_in_order() -> None:
    """Joined by commas."""
    assert pairs_text({"b": "2", "a": "1"}) == "a=1,b=2"
    assert pairs_text({}) == ""


def test_the_columns_of_a_policy() -> None:
    """Name and tier; wide, order and selector too."""
    spec = NetworkPolicySpec(tier="security", order=7, selector="all()")
    policy = NetworkPolicy(metadata=Metadata(name="p", namespace="a"), spec=spec)
    assert [(column.header, column.cell(policy, 0)) for column in NETWORK_POLICY.wide] == [
        ("NAME", "p"),
        ("TIER", "security"),
        ("ORDER", "7"),
        ("SELECTOR", "all()"),
    ]
    assert [column.header for column in NETWORK_POLICY.narrow] == ["NAME", "TIER"]
