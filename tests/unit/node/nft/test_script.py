"""Scripts for nft."""

from ipaddress import ip_network

from bgpkit_node.nft import EnforcementSettings
from bgpkit_node.nft.chain import Chain
from bgpkit_node.nft.element import SetType, of_network
from bgpkit_node.nft.rendering import Rendering
from bgpkit_node.nft.script import additions, table_comment, whole_table
from bgpkit_node.nft.table import fixed_chains
from bgpkit_node.nft.table_change import KernelSet, TableChange
from bgpkit_node.policy.model import Action
from tests.unit.node.nft.programs import endpoint, policy, program, tier


def test_a_whole_table_takes_the_place_of_what_is_there() -> None:
    """In one transaction, with its elements."""
    db = policy("db", Action.ALLOW)
    rendering = Rendering(program([endpoint(1, tier(db))], db), EnforcementSettings(table="mine"))
    lines = whole_table(rendering).splitlines()
    assert lines[:4] == [
        "add table inet mine",
        "delete table inet mine",
        "table inet mine {",
        f'\tcomment "{table_comment(rendering)}"',
    ]
    assert "\t\telements = { 10.0.0.9 }" in lines
    assert sum(line.startswith("\tchain ") for line in lines) == len(fixed_chains(rendering.settings)) + 3


def test_additions_are_new_sets_with_their_elements_and_new_chains() -> None:
    """And nothing else of the change."""
    net = of_network(ip_network("10.0.0.0/8"))
    change = TableChange(
        chains={"c": Chain("c", "said", ("accept",))},
        sets={"s": KernelSet(type=SetType.NETWORKS4, comment="title")},
        added={"s": {net}, "other": {net}},
    )
    assert " ".join(additions("mine", change).split()) == (
        'table inet mine { set s { type ipv4_addr; flags interval; comment "title"; '
        'elements = { 10.0.0.0-10.255.255.255 } } chain c { comment "said" accept } }'
    )
