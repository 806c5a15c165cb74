"""Kinds that are still to come are refused as such, and no other word is."""

import pytest

from bgpkit_node.resources.later_kinds import refusal
from bgpkit_node.resources.registry import KINDS


@pytest.mark.parametrize("word", ["BlockAffinity", "affinities", "ipamblocks", "IPAMHandle"])
def test_what_the_allocator_writes_is_shown_by_its_own_command(word: str) -> None:
    """It is not to be written by hand."""
    assert "bgpkit-node ipam show" in str(refusal(word))


@pytest.mark.parametrize(
    ("word", "instead"),
    [
        ("Pod", "WorkloadEndpoint"),
        ("pods", "WorkloadEndpoint"),
        ("Endpoints", "an EndpointSlice"),
        ("ep", "kind Endpoints is not kept here"),
        ("Deployment", "the kubelet"),
        ("ServiceAccount", "serviceAccountName"),
    ],
)
def test_what_kubernetes_alone_keeps_is_refused_with_what_to_write_instead(word: str, instead: str) -> None:
    """One sentence."""
    sentence = str(refusal(word))
    assert sentence.startswith("kind ")
    assert instead in sentence


def test_other_words_are_not_known_here() -> None:
    """Those of the kinds that there are, above all."""
    assert refusal("x") is None
    for kind in KINDS:
        for word in (kind.name, kind.plural, *kind.aliases):
            assert refusal(word) is None
