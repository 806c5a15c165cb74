"""The sentences of an explanation."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from bgpkit import AsPath, Community, LargeCommunity, PathAttributes, SourceKind
from bgpkit.rpki import RpkiState
from bgpkit.speaker.aggregation import AGGREGATE
from bgpkit.speaker.explained import ExplainedExport, ExplainedPath, NextHopAnswer, PolicyAnswer
from bgpkit.speaker.explained_text import export_lines, path_lines
from bgpkit_rib import DecisionStep

ATTRIBUTES = PathAttributes(
    as_path=AsPath.of(64999, 64998), next_hop=IPv4Address("192.0.2.1"), med=5, communities=(Community.parse("64999:1"),)
)
PATH = ExplainedPath(
    peer="192.0.2.7",
    kind=SourceKind.EBGP,
    path_id=0,
    attributes=ATTRIBUTES,
    received=ATTRIBUTES,
    weight=0,
    stale=False,
    eligible=True,
    reason="",
    next_hop=NextHopAnswer(address="192.0.2.1", reachable=True, metric=20),
    policy=PolicyAnswer(accepted=True, rule="edge: rule 1 (any route)", change="local-pref 200"),
    rpki=RpkiState.VALID,
    roas=("10.0.0.0/8 up to /16 from AS 64998",),
    step=DecisionStep.BEST,
    lost_to="",
)
EXPORT = ExplainedExport(
    peer="192.0.2.8",
    path_from="192.0.2.7",
    sent=True,
    pending=False,
    reason="",
    policy=PolicyAnswer(accepted=True, rule="accept-all"),
    path_id=None,
    attributes=ATTRIBUTES,
    changed=("next_hop", "as_path"),
)


def test_the_best_path_with_all_there_is() -> None:
    """A line for the verdict, the attributes, the next hop, the policy, the RPKI."""
    assert list(path_lines(PATH)) == [
        "From 192.0.2.7 (external): the best.",
        "  AS path 64999 64998, origin igp, MED 5, communities 64999:1.",
        "  Next hop 192.0.2.1: reachable, metric 20.",
        "  Import policy accepts it: edge: rule 1 (any route); it changes local-pref 200.",
        "  RPKI: valid; ROAs: 10.0.0.0/8 up to /16 from AS 64998.",
    ]


def test_paths_that_are_not_the_best() -> None:
    """Those that lost say to whom and why, those that may not be chosen why not; staleness and numbers are told."""
    lost = replace(PATH, step=DecisionStep.MED, lost_to="192.0.2.3", stale=True, path_id=4, weight=9)
    first, second, *_ = path_lines(lost)
    assert first == f"From 192.0.2.7 (external, path 4): lost to 192.0.2.3: {DecisionStep.MED.value}; stale."
    assert second.startswith("  weight 9, AS path")
    own = replace(PATH, kind=SourceKind.LOCAL, peer="local", attributes=PathAttributes(local_pref=7))
    own = replace(own, policy=None, rpki=None, next_hop=NextHopAnswer(address="", reachable=True, metric=0))
    assert list(path_lines(own)) == [
        "From ourselves (our own): the best.",
        "  empty AS path, origin igp, local preference 7.",
    ]
    gone = replace(PATH, eligible=False, reason="looped", step=DecisionStep.NOT_ELIGIBLE)
    gone = replace(gone, roas=(), next_hop=replace(PATH.next_hop, reachable=False, reason="nobody knows a way"))
    lines = list(path_lines(gone))
    assert lines[0] == "From 192.0.2.7 (external): not to be chosen: looped."
    assert "  Next hop 192.0.2.1: nobody knows a way." in lines
    assert lines[-1] == "  RPKI: valid; ROAs: none."


@pytest.mark.parametrize(
    ("export", "lines"),
    [
        (
            EXPORT,
            [
                "To 192.0.2.8: the path from 192.0.2.7.",
                "  Export policy accepts it: accept-all.",
                "  Sent otherwise than we have it: next hop, as path.",
            ],
        ),
        (
            replace(EXPORT, path_id=3, pending=True, policy=None, changed=()),
            ["To 192.0.2.8: the path from 192.0.2.7 as path 3; still to be sent."],
        ),
        (
            replace(EXPORT, sent=False, reason="no-export"),
            ["To 192.0.2.8: not told of the path from 192.0.2.7: no-export."],
        ),
        (
            replace(EXPORT, sent=False, reason="no session", path_from="", pending=True),
            ["To 192.0.2.8: told nothing: no session; this is still to be sent."],
        ),
    ],
)
def test_what_a_peer_gets(export: ExplainedExport, lines: list[str]) -> None:
    """Sent, under a number, pending, refused, nothing at all."""
    assert list(export_lines(export)) == lines


def test_an_aggregate_is_called_one_and_every_kind_of_community_is_shown() -> None:
    """Its Path Identifier is a number of ours that says nothing to anybody."""
    attributes = replace(
        ATTRIBUTES,
        large_communities=(LargeCommunity.parse("64999:1:2"),),
        originator_id=IPv4Address("10.0.0.9"),
        cluster_list=(IPv4Address("10.0.0.7"),),
    )
    own = replace(PATH, peer=AGGREGATE, kind=SourceKind.LOCAL, path_id=2**32 - 1, attributes=attributes)
    lines = list(path_lines(own))
    assert lines[0] == "From ourselves (our own, an aggregate): the best."
    assert lines[1].endswith(
        "communities 64999:1, large communities 64999:1:2, cluster list 10.0.0.7, originator 10.0.0.9."
    )
