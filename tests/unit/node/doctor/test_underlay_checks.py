"""What the network below lets through, in a line each. walkthrough 29."""

from dataclasses import replace

import pytest

from bgpkit_node.diagnosis import Probe, Reply
from bgpkit_node.doctor import Underlay, underlay_findings
from bgpkit_node.peering import Cluster
from tests.support.commands import document
from tests.unit.node.doctor.scenery import resources

ACCEPTED, REFUSED, SILENCE, NO_WAY = (Probe(reply, reply.value) for reply in Reply)
OPEN = Underlay(node="b", bgp=ACCEPTED, vxlan=REFUSED, ipip=REFUSED, pod="10.244.0.5", pod_answers=True)
PLAIN = "{cidr: 10.244.0.0/16}"
WRAPPED = "{cidr: 10.244.0.0/16, ipipMode: CrossSubnet}"


def told(look: Underlay, spec: str = PLAIN) -> list[str]:
    """Return the lines about one node."""
    found = underlay_findings([look], Cluster.of(resources(document("IPPool", "p", spec))).pools)
    return [f"{one.verdict.value}: {one.where} {one.said}" for one in found]


def test_what_gets_through_is_well() -> None:
    """A refusal has come through, too."""
    assert told(OPEN) == [
        "ok: BGP to b accepted",
        "ok: VXLAN to b refused",
        "ok: IPIP to b refused",
        "ok: pods of b 10.244.0.5 answers pings, unencapsulated",
    ]
    assert told(replace(OPEN, bgp=REFUSED))[0] == "ok: BGP to b refused"
    assert told(replace(OPEN, ipip=ACCEPTED))[2] == "ok: IPIP to b accepted"


@pytest.mark.parametrize(
    ("look", "spec", "at", "line"),
    [
        (replace(OPEN, bgp=SILENCE), PLAIN, 0, "failure: BGP to b silence"),
        (replace(OPEN, bgp=NO_WAY), PLAIN, 0, "failure: BGP to b no way"),
        (replace(OPEN, vxlan=SILENCE), PLAIN, 1, "not looked at: VXLAN to b silence: a VXLAN device listens there"),
        (replace(OPEN, vxlan=NO_WAY), PLAIN, 1, "failure: VXLAN to b no way"),
        (replace(OPEN, ipip=SILENCE), PLAIN, 2, "warning: IPIP to b silence: it is dropped on the way"),
        (replace(OPEN, ipip=SILENCE), WRAPPED, 2, "failure: IPIP to b silence"),
        (replace(OPEN, ipip=None), PLAIN, 2, "not looked at: IPIP to b such packets are root's"),
        (OPEN, WRAPPED, 3, "not looked at: pods of b packets to them are wrapped, as IPPool p says"),
        (replace(OPEN, pod=""), PLAIN, 3, "not looked at: pods of b it has no pod"),
        (replace(OPEN, pod_answers=None), PLAIN, 3, "not looked at: pods of b pings are root's"),
        (replace(OPEN, pod_answers=False), PLAIN, 3, "warning: pods of b 10.244.0.5 does not answer pings"),
    ],
)
def test_what_does_not_is_told(look: Underlay, spec: str, at: int, line: str) -> None:
    """As bad as it is for the pools that there are; what cannot be told is no failure."""
    assert told(look, spec)[at].startswith(line)
