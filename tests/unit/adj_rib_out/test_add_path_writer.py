"""Groups with ADD-PATH: announcements and withdrawals by Path Identifier (RFC 7911, section 3)."""

from ipaddress import IPv4Address

from bgpkit.adj_rib_out.add_path_writer import AddPathWriter
from bgpkit.adj_rib_out.chunk import ChunkBuilder
from bgpkit.adj_rib_out.export import Export
from bgpkit.adj_rib_out.path_ids import PathIds
from bgpkit.wire import encode_attributes
from bgpkit_fsm import Family
from bgpkit_rib import AddPathAll, AddPathBest, Entry, Path, PathAttributes, Selection, Source, SourceKind, make_path
from tests.unit.adj_rib_out.test_best_writer import ELEVEN, ONE, TEN, TWO, heard, key_of, path_of, spoken

OTHER = Source("other", SourceKind.CLIENT)
IDS = [number.to_bytes(4) for number in range(9)]


def writer_of(selection: Selection | None = None, ids: PathIds | None = None, **options: object) -> AddPathWriter:
    """Return a writer for members that are sources, too."""
    key = key_of(selection=selection or AddPathAll(), add_path=True, **options)
    return AddPathWriter(Export(key), (ONE, TWO, OTHER), ids or PathIds(bool))


def change(writer: AddPathWriter, old: Entry | None, new: Entry | None, *keys: bytes) -> ChunkBuilder:
    """Write a change."""
    builder = ChunkBuilder()
    writer.change(builder, list(keys), old, new, None)
    return builder


def test_each_path_has_its_identifier_and_goes_to_all_but_its_source() -> None:
    """Nobody is sent its own paths; no withdrawal stands in their place, since nobody held them."""
    writer, paths = writer_of(), (path_of(ONE), path_of(TWO))
    chunk = change(writer, None, paths, TEN, ELEVEN).finish()
    expected = {ONE: [IDS[2]], TWO: [IDS[1]], OTHER: [IDS[1], IDS[2]]}
    for member, ids in expected.items():
        announced = [announced for _, announced in spoken(chunk, member)]
        assert announced == [path_id + TEN + path_id + ELEVEN for path_id in ids]


def test_a_path_that_goes_is_withdrawn_by_its_identifier() -> None:
    """And of those that stay nothing is said."""
    writer, one, two = writer_of(), path_of(ONE), path_of(TWO)
    change(writer, None, (one, two), TEN)
    assert heard(change(writer, (one, two), two, TEN), OTHER) == [(IDS[1] + TEN, b"")]
    assert heard(change(writer, (one, two), two, TEN), ONE) == []


def test_a_replacement_replaces_by_the_same_identifier() -> None:
    """Without a withdrawal, and not at all where no octet changes."""
    writer, one = writer_of(), path_of(ONE)
    change(writer, None, one, TEN)
    assert heard(change(writer, one, path_of(ONE, med=7), TEN), OTHER) == [(b"", IDS[1] + TEN)]
    assert heard(change(writer, one, path_of(ONE), TEN), OTHER) == []


def test_a_path_that_falls_behind_is_withdrawn() -> None:
    """Of the best two, the second goes when a better one comes."""
    writer = writer_of(AddPathBest(1))
    one, two = path_of(ONE), path_of(TWO)
    change(writer, None, one, TEN)
    assert heard(change(writer, one, (two, one), TEN), OTHER) == [(b"", IDS[2] + TEN), (IDS[1] + TEN, b"")]


def test_a_restatement_withdraws_all_identifiers_that_may_be_held() -> None:
    """But those that are announced at the same time."""
    writer, one, two = writer_of(), path_of(ONE), path_of(TWO)
    held = writer.held((one, two))
    assert (writer.path_id(one), held) == (1, frozenset({1, 2}))
    builder, table = ChunkBuilder(), {TEN: two}
    writer.restate(builder, [TEN, ELEVEN], table.get, held)
    messages = heard(builder, OTHER)
    assert (b"", IDS[2] + TEN) in messages
    withdrawn = b"".join(message[0] for message in messages)
    assert sorted(withdrawn[start : start + 6] for start in range(0, len(withdrawn), 6)) == [
        IDS[1] + TEN,
        IDS[1] + ELEVEN,
        IDS[2] + ELEVEN,
    ]


def test_a_move_is_told_as_differences() -> None:
    """Paths that the other group did not select are added; the identifiers are those of the speaker."""
    ids = PathIds(bool)
    few, all_of_them = writer_of(AddPathBest(1), ids), writer_of(None, ids)
    builder, table = ChunkBuilder(), {TEN: (path_of(ONE), path_of(TWO))}
    all_of_them.dump(builder, [TEN], table.get, few)
    assert heard(builder, OTHER) == [(b"", IDS[2] + TEN)]
    few.dump(builder, [TEN], table.get, all_of_them)
    assert heard(builder, OTHER) == [(IDS[2] + TEN, b"")]


def test_labels_stand_between_identifier_and_prefix() -> None:
    """What an NLRI says beside its key is the path's: RFC 7911, section 3; RFC 8277, section 2.2."""
    labeled = Family(1, 4)
    key = key_of(family=labeled, selection=AddPathAll(), add_path=True)
    writer = AddPathWriter(Export(key), (), PathIds(bool))
    raw = encode_attributes(PathAttributes(next_hop=IPv4Address("192.0.2.9")), labeled)
    path: Path = make_path(ONE, raw, next_hop=bytes((192, 0, 2, 9)), rest=bytes.fromhex("000651"))
    assert IDS[1] + bytes.fromhex("20 000651 0a") in change(writer, None, path, TEN).finish().octets
