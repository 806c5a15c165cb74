"""The part of the table that is the same whatever the policies."""

from bgpkit_node.nft import EnforcementSettings
from bgpkit_node.nft.table import fingerprint, fixed_chains


def rules(settings: EnforcementSettings) -> str:
    """Return all rules of the fixed chains."""
    return "\n".join(rule for chain in fixed_chains(settings) for rule in chain.rules)


def test_another_form_of_the_table_has_another_fingerprint() -> None:
    """What a setting changes in it is such."""
    choices = [
        EnforcementSettings(),
        EnforcementSettings(allow_ipip=True),
        EnforcementSettings(allow_vxlan=True),
        EnforcementSettings(vxlan_port=8472),
        EnforcementSettings(interface_prefix=""),
    ]
    assert len({fingerprint(each) for each in choices}) == len(choices)


def test_interfaces_of_no_known_pod_are_shut_unless_there_is_no_prefix() -> None:
    """In each hook."""
    assert rules(EnforcementSettings(interface_prefix="veth")).count('name "veth*" counter drop') == 4
    assert "interface of no known pod" not in rules(EnforcementSettings(interface_prefix=""))
