"""Kinds that are still to come are refused as such, and no other word is."""

import pytest

from bgpkit_node.resources.later_kinds import refusal
from bgpkit_node.resources.registry import KINDS


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("NetworkPolicy", "NetworkPolicy"),
        ("networkpolicies", "NetworkPolicy"),
        ("np", "NetworkPolicy"),
        ("GNP", "GlobalNetworkPolicy"),
        ("tier", "Tier"),
        ("profiles", "Profile"),
        ("kubecontrollersconfig", "KubeControllersConfiguration"),
    ],
)
def test_it_is_named_whatever_the_word(word: str, name: str) -> None:
    """By the words of calicoctl, in any case."""
    assert refusal(word) == f"kind {name} is not supported yet"


@pytest.mark.parametrize("word", ["BlockAffinity", "ipamblocks", "IPAMHandle"])
def test_what_the_allocator_writes_is_shown_by_its_own_command(word: str) -> None:
    """It is not to be written by hand."""
    assert "bgpkit-node ipam show" in str(refusal(word))


def test_other_words_are_not_known_here() -> None:
    """Those of the kinds that there are, above all."""
    assert refusal("x") is None
    for kind in KINDS:
        for word in (kind.name, kind.plural, *kind.aliases):
            assert refusal(word) is None
