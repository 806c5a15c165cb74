"""What both kinds of writer share: NLRI that fit nowhere, and what counts as news."""

from bgpkit.adj_rib_out.best_writer import BestWriter
from bgpkit.adj_rib_out.chunk import ChunkBuilder
from bgpkit.adj_rib_out.export import Export
from bgpkit.adj_rib_out.writer import fresh, without
from bgpkit.wire import encode_attributes
from bgpkit_fsm import Family
from bgpkit_rib import Path, PathAttributes, Source, SourceKind, make_path
from tests.unit.adj_rib_out.test_best_writer import key_of

KEYS = [b"1", b"2", b"3"]


def test_what_is_not_announced_is_told_without_copies() -> None:
    """The very list when nothing is announced, nothing when all is."""
    assert without(KEYS, ()) is KEYS
    assert without(KEYS, ((b"block", KEYS),)) == []
    assert without(KEYS, ((b"block", [b"3"]), (b"other", [b"1"]))) == [b"2"]


def test_news_is_what_is_sent_with_other_attributes() -> None:
    """Keys known with the same block are left out, and blocks that have no others."""
    announced = ((b"block", [b"1", b"2"]), (b"other", [b"3"]))
    assert fresh(announced, {}) is announced
    assert fresh(announced, {b"1": b"block", b"2": b"other", b"3": b"other"}) == [(b"block", [b"2"])]


def test_an_nlri_that_fits_no_message_is_withdrawn_and_its_neighbours_go_out() -> None:
    """A flow specification may have 4,095 octets, and beside it the attributes have no room."""
    long = bytes((0xFF, 0xA0)) + bytes(4000)
    short = bytes((3, 1, 8, 10))
    raw = encode_attributes(PathAttributes(), Family(1, 133))
    path: Path = make_path(Source("source", SourceKind.EBGP), raw + bytes.fromhex("c008 fc") + bytes(252), next_hop=b"")
    builder = ChunkBuilder()
    writer = BestWriter(Export(key_of(family=Family(1, 133))), ())
    writer.change(builder, [short, long], None, path, None)
    octets = builder.finish().octets
    assert octets.count(b"\xff" * 16) == 2
    assert octets.index(short) < octets.index(long)
