"""RFC 4271, section 5.1, Path Attribute Usage: what a speaker does with them when it passes a route on."""

from ipaddress import IPv4Address
from typing import Any

import pytest

from bgpkit.adj_rib_out import Export, ExportKey
from bgpkit.policy import ACCEPT_ALL
from bgpkit.wire import decode_attributes, encode_attributes
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import (
    Aggregator,
    AsPath,
    AsSegment,
    AsSegmentKind,
    Origin,
    PathAttributes,
    Source,
    SourceKind,
    UnknownAttribute,
    make_path,
)

OWN = 64512
OURS, HOP = IPv4Address("192.0.2.1"), IPv4Address("198.51.100.1")
INTERNAL = (SourceKind.CLIENT, SourceKind.NON_CLIENT)
LEARNED = (SourceKind.EBGP, SourceKind.CLIENT)


def sent(to: SourceKind, source: SourceKind, *, hop: IPv4Address | None = HOP, **attributes: Any) -> PathAttributes:
    """Return what a peer of kind ``to`` gets of a route of a source of kind ``source``."""
    key = ExportKey(family=IPV4_UNICAST, kind=to, local_asn=OWN, cluster_id=1, next_hop=OURS.packed, policy=ACCEPT_ALL)
    values = PathAttributes(next_hop=hop, **attributes)
    raw = encode_attributes(values, IPV4_UNICAST)
    path = make_path(Source("source", source, bgp_identifier=7), raw, next_hop=b"" if hop is None else hop.packed)
    [(block, _)] = Export(key).outgoing(path, [b"\x08\x0a"])
    return decode_attributes(block)


@pytest.mark.rfc("4271", "5.1.1")
@pytest.mark.parametrize("origin", list(Origin))
@pytest.mark.parametrize("to", [SourceKind.EBGP, SourceKind.CLIENT, SourceKind.CONFEDERATION])
def test_origin_is_not_changed_by_others(origin: Origin, to: SourceKind) -> None:
    """Its value SHOULD NOT be changed by any other speaker than the one that originates the route."""
    assert sent(to, SourceKind.EBGP, origin=origin).origin is origin


@pytest.mark.rfc("4271", "5.1.2")
@pytest.mark.parametrize("to", INTERNAL)
@pytest.mark.parametrize("text", ["", "1 2", "{1} 2"])
def test_as_path_is_not_modified_towards_an_internal_peer(to: SourceKind, text: str) -> None:
    """(a) The advertising speaker SHALL NOT modify AS_PATH; when it originates the route, AS_PATH is empty."""
    assert str(sent(to, SourceKind.EBGP, as_path=AsPath.parse(text)).as_path) == text
    assert sent(to, SourceKind.LOCAL).as_path == AsPath()


@pytest.mark.rfc("4271", "5.1.2")
@pytest.mark.parametrize(
    ("before", "after"), [("1 2", "64512 1 2"), ("{1,2}", "64512 {1,2}"), ("", "64512"), ("64512 1", "64512 64512 1")]
)
def test_our_number_is_put_first_towards_an_external_peer(before: str, after: str) -> None:
    """(b) 1: it is prepended to a leading AS_SEQUENCE; 2: before an AS_SET goes a new one; 3: alone when empty."""
    for source in (*LEARNED, SourceKind.LOCAL):
        found = sent(SourceKind.EBGP, source, as_path=AsPath.parse(before)).as_path
        assert str(found) == after
        assert len(found.segments) == max(1, len(AsPath.parse(before).segments) + ("{" in before))


@pytest.mark.rfc("4271", "5.1.2")
def test_a_full_segment_is_not_made_longer() -> None:
    """(b) 1: if prepending would overflow the segment (more than 255), a new AS_SEQUENCE SHOULD be prepended."""
    full = AsSegment(AsSegmentKind.SEQUENCE, (1,) * 255)
    found = sent(SourceKind.EBGP, SourceKind.CLIENT, as_path=AsPath((full,))).as_path
    assert found.segments == (AsSegment(AsSegmentKind.SEQUENCE, (OWN,)), full)


@pytest.mark.rfc("4271", "5.1.3")
def test_next_hop_inside_and_outside() -> None:
    """1: to an internal peer a learned NEXT_HOP SHOULD NOT be modified. 2: to an external one it is our address."""
    for source in LEARNED:
        assert sent(SourceKind.NON_CLIENT, source).next_hop == HOP
        assert sent(SourceKind.EBGP, source).next_hop == OURS


@pytest.mark.rfc("4271", "5.1.3")
@pytest.mark.parametrize("to", [SourceKind.EBGP, *INTERNAL])
def test_a_route_of_our_own_has_a_next_hop(to: SourceKind) -> None:
    """A locally originated route: the address that the speaker uses, or the one that it is to be forwarded through."""
    assert sent(to, SourceKind.LOCAL, hop=None).next_hop == OURS
    assert sent(to, SourceKind.LOCAL).next_hop == HOP


@pytest.mark.rfc("4271", "5.1.4")
def test_med_of_a_neighboring_as_is_not_told_to_another() -> None:
    """Received over EBGP it MAY go to internal peers; it MUST NOT be propagated to other neighboring ASes."""
    for source in LEARNED:
        assert sent(SourceKind.CLIENT, source, med=5).med == 5
        assert sent(SourceKind.EBGP, source, med=5).med is None
    assert sent(SourceKind.EBGP, SourceKind.LOCAL, med=5).med == 5


@pytest.mark.rfc("4271", "5.1.5")
def test_local_pref_is_for_internal_peers() -> None:
    """It SHALL be in all UPDATEs to internal peers; it MUST NOT be in those to external ones."""
    for source, to in ((source, to) for source in (*LEARNED, SourceKind.LOCAL) for to in INTERNAL):
        assert sent(to, source, local_pref=70).local_pref == 70
    assert sent(SourceKind.CLIENT, SourceKind.EBGP).local_pref == 100
    assert sent(SourceKind.CLIENT, SourceKind.LOCAL).local_pref == 100
    for source in (*LEARNED, SourceKind.LOCAL):
        assert sent(SourceKind.EBGP, source, local_pref=70).local_pref is None


@pytest.mark.rfc("4271", "5.1.6")
@pytest.mark.rfc("4271", "5.1.7")
@pytest.mark.parametrize("to", [SourceKind.EBGP, SourceKind.CLIENT, SourceKind.CONFEDERATION])
def test_what_aggregation_left_goes_on(to: SourceKind) -> None:
    """ATOMIC_AGGREGATE SHOULD NOT be removed when a route is propagated; AGGREGATOR is of who aggregated."""
    aggregator = Aggregator(7, HOP)
    found = sent(to, SourceKind.EBGP, atomic_aggregate=True, aggregator=aggregator)
    assert (found.atomic_aggregate, found.aggregator) == (True, aggregator)


@pytest.mark.rfc("4271", "5")
@pytest.mark.parametrize("to", [SourceKind.EBGP, SourceKind.CLIENT, SourceKind.CONFEDERATION])
def test_attributes_that_nobody_here_knows(to: SourceKind) -> None:
    """Optional transitive ones are passed on with the Partial bit; non-transitive ones MUST be quietly ignored."""
    unknown = (UnknownAttribute(0xC0, 200, b"a"), UnknownAttribute(0x80, 201, b"b"))
    assert sent(to, SourceKind.EBGP, unknown=unknown).unknown == (UnknownAttribute(0xE0, 200, b"a"),)
