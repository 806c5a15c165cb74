"""The part of the table that is the same whatever the policies."""

import pytest

from bgpkit_node.nft import EnforcementSettings
from bgpkit_node.nft.chain import Chain
from bgpkit_node.nft.host_maps import Hook
from bgpkit_node.nft.table import early_chains, fingerprint, fixed_chains


def no_chains(_: EnforcementSettings) -> dict[Hook, Chain]:
    """Return none."""
    return {}


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
        EnforcementSettings(interface_prefixes=()),
        EnforcementSettings(drop_invalid=False),
    ]
    assert len({fingerprint(each) for each in choices}) == len(choices)


def test_interfaces_of_no_known_pod_are_shut_unless_there_is_no_prefix() -> None:
    """In each hook."""
    assert rules(EnforcementSettings(interface_prefixes=("veth",))).count('name "veth*" counter drop') == 4
    assert rules(EnforcementSettings(interface_prefixes=("veth", "tap"))).count('name { "veth*", "tap*" } counter') == 4
    assert "interface of no known pod" not in rules(EnforcementSettings(interface_prefixes=()))


def test_what_belongs_to_no_connection_is_dropped_unless_that_is_not_wanted() -> None:
    """Of TCP only then the answers of connections that were cut have to be known, lest they begin others.

    And where a node answers its pods, which it may send anything.
    """
    dropping, keeping = (rules(EnforcementSettings(drop_invalid=each)).splitlines() for each in (True, False))
    assert dropping.count("ct state invalid jump invalid") == 3
    assert dropping.count("meta l4proto != tcp jump ended") == 2
    assert "ct state invalid jump invalid" not in keeping
    assert (dropping.count("jump ended"), keeping.count("jump ended")) == (1, 3)


@pytest.mark.parametrize(("prefixes", "pods"), [(("cali",), '"cali*"'), ((), "@pods")])
def test_a_packet_of_an_established_connection_meets_three_base_chains_and_in_each_one_rule(
    prefixes: tuple[str, ...], pods: str
) -> None:
    """Before it is tracked, by the name of the interface that it comes from; and when it is forwarded, both ways."""
    chains = {chain.name: chain.rules for chain in fixed_chains(EnforcementSettings(interface_prefixes=prefixes))}
    met = {name for name, rules in chains.items() if rules[0].split()[3] in {"prerouting", "forward", "postrouting"}}
    assert met == {"senders", "from_pods", "to_pods"}
    assert chains["senders"][1:] == (f"iifname {pods} goto sender",)
    assert chains["sender"][0] == "iifname . ip saddr @sources4 goto wrapping"
    for name in ("from_pods", "to_pods", "to_node"):
        assert chains[name][1:3] == ("ct state established,related accept", "ct state invalid jump invalid")


def test_the_base_chains_of_early_policies_are_not_always_there_but_part_of_the_form(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another version of them has another fingerprint, since a chain that is found is known by its name."""
    settings = EnforcementSettings()
    names = {chain.name for chain in early_chains(settings).values()}
    assert names == {"coming", "arriving", "leaving"}
    assert not names & {chain.name for chain in fixed_chains(settings)}
    before = fingerprint(settings)
    monkeypatch.setattr("bgpkit_node.nft.table.early_chains", no_chains)
    assert fingerprint(settings) != before
