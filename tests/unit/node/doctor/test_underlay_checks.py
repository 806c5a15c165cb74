"""What the network below lets through, in a line for each pair of nodes. walkthrough 29."""

from dataclasses import replace

import pytest

from bgpkit_node.diagnosis import Between, Path, Probe, Reply
from bgpkit_node.doctor import Finding, Look, underlay_findings
from bgpkit_node.peering import cluster_of
from tests.support.commands import document
from tests.unit.node.doctor.scenery import resources

ACCEPTED, REFUSED, SILENCE, NO_WAY = (Probe(reply, reply.value) for reply in Reply)
PATH = Path(seconds=0.0004, mtu=1500, link_mtu=1500)
OPEN = Between(node="b", bgp=ACCEPTED, vxlan=REFUSED, ipip=REFUSED, path=PATH, pod="10.244.0.5", pod_answers=True)
PLAIN = "{cidr: 10.244.0.0/16}"
WRAPPED = "{cidr: 10.244.0.0/16, ipipMode: CrossSubnet}"


def told(between: Between, spec: str = PLAIN) -> Finding:
    """Return what is found of one pair."""
    pools = cluster_of(resources(document("IPPool", "p", spec))).pools
    (found,) = underlay_findings([Look("a", between)], {}, pools)
    assert (found.what, found.where) == ("underlay", "a -> b")
    assert found.look == Look("a", between)
    return found


def test_what_gets_through_is_well() -> None:
    """A refusal has come through, too; everything that was measured is told."""
    found = told(OPEN)
    assert (found.verdict.value, found.cure) == ("ok", "")
    assert found.said == (
        "0.40 ms there and back, 1500 octets in one piece; accepted; refused; refused; "
        "10.244.0.5 answers pings, unencapsulated"
    )
    assert told(replace(OPEN, bgp=REFUSED, ipip=ACCEPTED)).verdict.value == "ok"
    assert told(OPEN, WRAPPED).said.endswith("answers pings, wrapped as IPPool p says")


@pytest.mark.parametrize(
    ("between", "spec", "said"),
    [
        (replace(OPEN, vxlan=SILENCE), PLAIN, "silence: a VXLAN device listens there, or it is dropped on the way"),
        (replace(OPEN, ipip=None), PLAIN, "packets of IPIP are root's to send"),
        (replace(OPEN, path=None, pings=False), PLAIN, "pings are root's to send"),
        (replace(OPEN, pod=""), PLAIN, "it has no pod that could be pinged"),
        (replace(OPEN, pod_answers=None), PLAIN, "pings of pods are root's to send"),
    ],
)
def test_what_cannot_be_told_is_said_and_no_fault(between: Between, spec: str, said: str) -> None:
    """The pair is well as far as it could be looked at."""
    found = told(between, spec)
    assert found.verdict.value == "ok"
    assert said in found.said


@pytest.mark.parametrize(
    ("between", "spec", "line"),
    [
        (replace(OPEN, bgp=SILENCE), PLAIN, "failure: silence"),
        (replace(OPEN, bgp=NO_WAY), PLAIN, "failure: no way"),
        (replace(OPEN, vxlan=NO_WAY), PLAIN, "failure: no way"),
        (replace(OPEN, ipip=SILENCE), PLAIN, "warning: silence: it is dropped on the way"),
        (replace(OPEN, ipip=SILENCE), WRAPPED, "failure: silence: it is dropped on the way"),
        (replace(OPEN, path=None), PLAIN, "warning: the node does not answer pings"),
        (
            replace(OPEN, path=replace(PATH, mtu=1400)),
            PLAIN,
            "warning: the interface takes 1500 octets and the path 1400;",
        ),
        (
            replace(OPEN, path=replace(PATH, mtu=1400, learned=False)),
            PLAIN,
            "failure: the interface takes 1500 octets and the path 1400, and does not say so",
        ),
        (replace(OPEN, pod_answers=False), PLAIN, "warning: 10.244.0.5 does not answer pings, unencapsulated"),
        (replace(OPEN, pod_answers=False, bgp=SILENCE), PLAIN, "failure: silence"),
    ],
)
def test_the_worst_of_a_pair_is_told_with_what_to_do(between: Between, spec: str, line: str) -> None:
    """As bad as it is for the pools that there are; what is less bad is left out of the sentence."""
    found = told(between, spec)
    assert f"{found.verdict.value}: {found.said}".startswith(line)
    assert "accepted" not in found.said
    assert found.cure


def test_a_node_that_has_not_measured_is_named() -> None:
    """With why, and without a verdict on the underlay."""
    (found,) = underlay_findings([], {"c": "no answer within 5 s"}, ())
    assert (found.verdict.value, found.where, found.said) == (
        "not looked at",
        "c -> all others",
        "no answer within 5 s",
    )
