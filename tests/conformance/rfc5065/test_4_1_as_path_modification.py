"""RFC 5065, section 4.1, AS_PATH Modification Rules: by where the peer is."""

import pytest

from bgpkit.adj_rib_out import Export, ExportKey
from bgpkit.policy import ACCEPT_ALL
from bgpkit.wire import decode_attributes, encode_attributes
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import AsPath, AsSegment, AsSegmentKind, PathAttributes, Source, SourceKind, make_path

MEMBER, IDENTIFIER = 64512, 64999
KEYS = [b"\x08\x0a"]
OWN_NUMBER = {SourceKind.EBGP: IDENTIFIER, SourceKind.CONFEDERATION: MEMBER, SourceKind.CLIENT: MEMBER}


def sent(as_path: AsPath, to: SourceKind, *, source: SourceKind = SourceKind.CLIENT) -> AsPath:
    """Return the AS_PATH that goes to a peer of kind ``to``."""
    key = ExportKey(
        family=IPV4_UNICAST, kind=to, local_asn=OWN_NUMBER[to], cluster_id=1, next_hop=bytes(4), policy=ACCEPT_ALL
    )
    raw = encode_attributes(PathAttributes(as_path=as_path), IPV4_UNICAST)
    [(block, _)] = Export(key).outgoing(make_path(Source("source", source), raw), KEYS)
    return decode_attributes(block).as_path


@pytest.mark.rfc("5065", "4.1")
@pytest.mark.parametrize("text", ["", "1 2", "(64513) 1", "[64513] {1}"])
def test_nothing_changes_inside_our_member_as(text: str) -> None:
    """(a) To a peer in its own Member-AS, the speaker SHALL NOT modify AS_PATH; (originating a) it is empty."""
    assert str(sent(AsPath.parse(text), SourceKind.CLIENT, source=SourceKind.CONFEDERATION)) == text
    assert str(sent(AsPath(), SourceKind.CLIENT, source=SourceKind.LOCAL)) == ""


@pytest.mark.rfc("5065", "4.1")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        # (b) 1: a first segment AS_CONFED_SEQUENCE gets the own Member-AS Number prepended.
        ("(64513) 1", "(64512 64513) 1"),
        # (b) 2: any other first segment gets an AS_CONFED_SEQUENCE before it.
        ("1 2", "(64512) 1 2"),
        ("{1}", "(64512) {1}"),
        ("[64513] 1", "(64512) [64513] 1"),
        # (b) 3, and originating (b): an empty path gets an AS_CONFED_SEQUENCE.
        ("", "(64512)"),
    ],
)
def test_our_member_as_is_put_there_towards_another_member(before: str, after: str) -> None:
    """(b) To a neighboring Member-AS of the confederation."""
    for source in (SourceKind.CLIENT, SourceKind.EBGP, SourceKind.CONFEDERATION, SourceKind.LOCAL):
        assert str(sent(AsPath.parse(before), SourceKind.CONFEDERATION, source=source)) == after


@pytest.mark.rfc("5065", "4.1")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        # (c) 1: all AS_CONFED_SEQUENCE and AS_CONFED_SET segments MUST be removed, wherever they are.
        ("(64513) [64514] 1", "64999 1"),
        ("1 (64513) 2", "64999 1 2"),
        ("(64513)", "64999"),
        # (c) 2: a first segment AS_SEQUENCE gets the AS Confederation Identifier prepended.
        ("1 2", "64999 1 2"),
        # (c) 3: an AS_SET gets an AS_SEQUENCE before it.
        ("(64513) {1}", "64999 {1}"),
        # (c) 4, and originating (c): an empty path becomes one AS_SEQUENCE.
        ("", "64999"),
    ],
)
def test_the_confederation_is_one_as_to_the_outside(before: str, after: str) -> None:
    """(c) To a peer that is not a member."""
    found = sent(AsPath.parse(before), SourceKind.EBGP)
    asns = [asn for segment in found.segments for asn in segment.asns]
    assert (asns, found.length) == ([*map(int, after.replace("{", "").replace("}", "").split())], len(after.split()))
    assert all(segment.kind <= AsSegmentKind.SEQUENCE for segment in found.segments)


@pytest.mark.rfc("5065", "4.1")
@pytest.mark.parametrize(
    ("to", "kind"),
    [
        (SourceKind.CONFEDERATION, AsSegmentKind.CONFED_SEQUENCE),
        (SourceKind.EBGP, AsSegmentKind.SEQUENCE),
    ],
)
def test_a_full_segment_gets_another_before_it(to: SourceKind, kind: AsSegmentKind) -> None:
    """(b) 1 and (c) 2: where prepending would overflow the segment, a new one of the same type SHOULD be prepended."""
    full = AsSegment(kind, (1,) * 255)
    assert sent(AsPath((full,)), to) == AsPath((AsSegment(kind, (OWN_NUMBER[to],)), full))
