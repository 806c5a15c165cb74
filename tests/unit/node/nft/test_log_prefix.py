"""What a rule that logs writes before the packet."""

import pytest

from bgpkit_node.nft.log_prefix import log_prefix
from bgpkit_node.policy.model import PolicyId

POLICY = PolicyId("NetworkPolicy", "default", "db")
GLOBAL = PolicyId("GlobalNetworkPolicy", "", "all")


@pytest.mark.parametrize(
    ("form", "policy", "expected"),
    [
        ("", POLICY, "bgpkit NetworkPolicy(default/db) ingress[0]: "),
        ("calico-packet", POLICY, "calico-packet: "),
        ("%t %k %n %p", POLICY, "admin np db default/db: "),
        ("%t %k %n %p", GLOBAL, "admin gnp all all: "),
        ("%k %p", PolicyId("Profile", "", "kns.default"), "pro kns.default: "),
        ("100% %x %%n", POLICY, "100% %x %db: "),
        ('"; drop\n', POLICY, "'; drop': "),
    ],
)
def test_the_form_is_filled_and_what_it_does_not_know_is_left_as_it_is(
    form: str, policy: PolicyId, expected: str
) -> None:
    """Calico's own words; without a form the rule is named."""
    assert log_prefix(form, policy, "admin", "ingress[0]") == expected


def test_it_is_no_longer_than_nft_takes() -> None:
    """Of a long one beginning and end are kept."""
    found = log_prefix("%n", PolicyId("NetworkPolicy", "default", f"first{'x' * 200}last"), "default", "")
    assert len(found) == 126
    assert (found[:5], found[-6:]) == ("first", "last: ")
