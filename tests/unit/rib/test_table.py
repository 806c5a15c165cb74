"""The table: entries, blocks of change, counters, sweeps."""

from typing import TypeAlias

from bgpkit_rib import Entry, Path, Source, SourceKind, Table

A = Source("a", SourceKind.EBGP, address=b"\1\1\1\1", bgp_identifier=1)
B = Source("b", SourceKind.EBGP, address=b"\2\2\2\2", bgp_identifier=2)
C = Source("c", SourceKind.EBGP, address=b"\3\3\3\3", bgp_identifier=3)
K1, K2, K3, K4 = (bytes((8, number)) for number in (1, 2, 3, 4))

Block: TypeAlias = tuple[list[bytes], Entry | None, Entry | None, bytes | None]


def listened(table: Table) -> list[Block]:
    """Return a list that fills with the table's blocks."""
    blocks: list[Block] = []
    table.subscribe(lambda keys, old, new, nlri: blocks.append((keys, old, new, nlri)))
    return blocks


def test_an_announcement_of_new_keys_is_one_block_with_its_octets() -> None:
    """All keys come in one block, and the octets as received are handed on."""
    table = Table(32)
    blocks = listened(table)
    path = Path(A, b"")
    table.announce(path, [K1, K2], K1 + K2)
    assert blocks == [([K1, K2], None, path, K1 + K2)]
    assert table.get(K1) is path
    assert len(table) == table.count(A) == 2


def test_the_entries_of_keys_come_in_the_order_of_the_keys() -> None:
    """A key that the table does not have has none."""
    table = Table(32)
    one, other = Path(A, b"1"), Path(A, b"2")
    table.announce(one, [K1, K4])
    table.announce(other, [K3])
    assert table.entries_of([K4, K2, K3, K1]) == [one, None, other, one]


def test_keys_of_one_old_entry_are_one_block_wherever_they_stand() -> None:
    """Blocks gather keys by old entry, each in the order of the announcement, without octets."""
    table = Table(32)
    path, other, third = Path(A, b"1"), Path(A, b"2"), Path(B, b"3")
    table.announce(path, [K1, K3])
    table.announce(other, [K2])
    blocks = listened(table)
    table.announce(third, [K1, K2, K3, K4], b"octets")
    assert blocks == [
        ([K1, K3], path, (path, third), None),
        ([K2], other, (other, third), None),
        ([K4], None, third, None),
    ]


def test_keys_of_one_old_entry_share_one_new_tuple() -> None:
    """The tuple is made once for a block, not once for a key."""
    table = Table(32)
    table.announce(Path(A, b"1"), [K1, K2])
    table.announce(Path(B, b"2"), [K1, K2])
    assert table.get(K1) is table.get(K2)


def test_the_octets_pass_when_the_whole_announcement_replaces_one_entry() -> None:
    """An update of a whole block keeps its octets."""
    table = Table(32)
    old, new = Path(A, b"1"), Path(A, b"2")
    table.announce(old, [K1, K2])
    blocks = listened(table)
    table.announce(new, [K1, K2], K1 + K2)
    assert blocks == [([K1, K2], old, new, K1 + K2)]


def test_an_announcement_replaces_only_the_same_source_and_path_identifier() -> None:
    """Implicit withdrawal needs no message. RFC 4271, section 3.1; RFC 7911, section 5."""
    table = Table(32)
    table.announce(Path(A, b"1"), [K1])
    table.announce(Path(B, b"2"), [K1])
    table.announce(Path(A, b"3", path_id=1), [K1])
    replacement = Path(A, b"4")
    table.announce(replacement, [K1])
    assert {path.raw for _, path in table.paths_from(A)} == {b"3", b"4"}
    assert (table.count(A), table.count(B)) == (2, 1)


def test_the_same_again_is_told_to_nobody() -> None:
    """Neither the same path nor an equal one of the same generation makes a block."""
    table = Table(32)
    path = Path(A, b"1")
    table.announce(path, [K1, K2])
    blocks = listened(table)
    table.announce(path, [K1, K2], K1 + K2)
    table.announce(Path(A, b"1"), [K2])
    assert blocks == []
    assert table.get(K2) is path


def test_a_refresh_renews_paths_without_a_word_and_a_sweep_takes_the_rest() -> None:
    """What is announced again survives the sweep unseen, what is not goes in blocks. RFC 7313, section 4."""
    source = Source("refreshed", SourceKind.EBGP)
    table = Table(32)
    kept, gone = Path(source, b"kept"), Path(source, b"gone")
    table.announce(kept, [K1])
    table.announce(gone, [K2, K3])
    source.generation += 1
    blocks = listened(table)
    table.announce(Path(source, b"kept"), [K1], K1)
    assert blocks == []
    list(table.sweep(source, below=source.generation))
    assert blocks == [([K2, K3], gone, None, None)]
    assert [key for key, _ in table.paths_from(source)] == [K1]
    assert table.count(source) == 1


def test_duplicate_keys_in_one_call_count_once() -> None:
    """A key that comes twice is announced, told and counted once; so with withdrawals."""
    table = Table(32)
    blocks = listened(table)
    path, other = Path(A, b"1"), Path(B, b"2")
    table.announce(path, [K1, K2, K1], K1 + K2 + K1)
    table.announce(other, [K2, K2, K3], K2 + K2 + K3)
    assert blocks == [
        ([K1, K2], None, path, None),
        ([K2], path, (path, other), None),
        ([K3], None, other, None),
    ]
    assert (table.count(A), table.count(B)) == (2, 2)
    table.withdraw(A, [K2, K2, K1, K1])
    assert (table.count(A), table.count(B), len(table)) == (0, 2, 2)


def test_withdrawing_what_is_not_there_does_nothing() -> None:
    """Unknown keys, other sources and other path identifiers are left alone."""
    table = Table(32)
    path = Path(A, b"1")
    table.announce(path, [K1])
    blocks = listened(table)
    table.withdraw(A, [K2])
    table.withdraw(B, [K1])
    table.withdraw(A, [K1], path_id=1)
    table.withdraw(A, [])
    assert blocks == []
    assert table.get(K1) is path
    table.withdraw(A, [K1, K2])
    assert blocks == [([K1], path, None, None)]
    assert K1 not in table


def test_an_announcement_without_keys_is_nothing() -> None:
    """No keys, no block, no counter."""
    table = Table(32)
    blocks = listened(table)
    table.announce(Path(A, b""), [], b"")
    assert (blocks, table.count(A), len(table)) == ([], 0, 0)


def test_consumers_see_the_new_state_in_the_table_and_the_counters() -> None:
    """All keys of an announcement are in place before the first block is told."""
    table = Table(32)
    table.announce(Path(A, b"1"), [K1])
    seen: list[tuple[int, int]] = []

    def look(*_: object) -> None:
        seen.append((len(table), table.count(B)))

    table.subscribe(look)
    table.announce(Path(B, b"2"), [K1, K2])
    assert seen == [(2, 2), (2, 2)]


def test_who_unsubscribes_hears_no_more() -> None:
    """The call that a subscription returns ends it, also from within a block, and only once."""
    table = Table(32)
    heard: list[str] = []

    def once(*_: object) -> None:
        heard.append("once")
        leave()

    def always(*_: object) -> None:
        heard.append("always")

    leave = table.subscribe(once)
    table.subscribe(always)
    table.announce(Path(A, b"1"), [K1])
    table.announce(Path(A, b"2"), [K1])
    leave()
    assert heard == ["once", "always", "always"]


def test_rejected_paths_are_kept_and_counted_apart() -> None:
    """An ineligible path is in the Adj-RIB-In, not in the Loc-RIB."""
    table = Table(32)
    bad = Path(A, b"1", eligible=False, reason="looped")
    table.announce(bad, [K1, K2])
    table.announce(Path(B, b"2"), [K2])
    assert (table.count(A), table.count_eligible(A)) == (2, 0)
    assert (table.count(B), table.count_eligible(B)) == (1, 1)
    assert [key for key, _ in table.paths_from(A)] == [K1, K2]
    assert [key for key, _ in table.loc_rib()] == [K2]
    assert table.best(K1) is None
    table.announce(Path(A, b"1"), [K1])
    assert table.count_eligible(A) == 1


def test_a_sweep_works_slice_by_slice_and_nothing_before_the_first() -> None:
    """Each step looks at so many keys; the caller decides when."""
    table = Table(32)
    table.announce(Path(A, b"1"), [K1, K2, K3])
    sweep = table.sweep(A, slice_size=2)
    assert table.count(A) == 3
    next(sweep)
    assert table.count(A) == 1
    assert list(sweep) == [None]
    assert (table.count(A), len(table)) == (0, 0)


def test_a_peer_that_returns_during_its_sweep_keeps_its_new_paths() -> None:
    """A sweep of everything takes the generations up to its call only."""
    source = Source("returning", SourceKind.EBGP)
    table = Table(32)
    table.announce(Path(source, b"1"), [K1, K2, K3])
    sweep = table.sweep(source, slice_size=1)
    next(sweep)
    source.generation += 1
    table.announce(Path(source, b"2"), [K1, K3, K4])
    list(sweep)
    assert sorted(key for key, _ in table.paths_from(source)) == [K1, K3, K4]
    assert table.count(source) == 3


def test_a_sweep_survives_withdrawals_between_its_slices() -> None:
    """Keys that vanish under a sweep are passed over."""
    table = Table(32)
    table.announce(Path(A, b"1"), [K1, K2, K3, K4])
    table.announce(Path(B, b"2"), [K4])
    sweep = table.sweep(A, slice_size=1)
    next(sweep)
    table.withdraw(A, [K3])
    list(sweep)
    assert [key for key, _ in table.items()] == [K4]


def test_a_sweep_of_who_has_nothing_ends_at_once() -> None:
    """No slice is scanned for a source without paths."""
    table = Table(32)
    table.announce(Path(A, b"1"), [K1])
    assert list(table.sweep(B)) == []


def test_views_bear_changes_while_they_are_read() -> None:
    """A view passes over what is gone and does not show what is new."""
    table = Table(32)
    table.announce(Path(A, b"1"), [K1, K2])
    view = table.items()
    assert next(view)[0] == K1
    table.withdraw(A, [K2])
    table.announce(Path(B, b"2"), [K3])
    assert list(view) == []


def test_withdrawing_the_best_moves_the_next_up() -> None:
    """The block names what was and what is, so that a consumer can tell what changed."""
    table = Table(32)
    one, two, three = Path(A, b"1"), Path(B, b"2"), Path(C, b"3")
    for path in (three, one, two):
        table.announce(path, [K1])
    blocks = listened(table)
    table.withdraw(A, [K1])
    assert blocks == [([K1], (one, two, three), (two, three), None)]
    assert table.best(K1) is two


def test_a_path_made_anew_takes_the_place_of_the_old_and_the_rank_that_it_deserves() -> None:
    """What a policy now refuses moves behind the others and is counted as refused; its keys are still held."""
    table = Table(32)
    bad, good = Path(A, b"1"), Path(B, b"2")
    table.announce(bad, [K1, K2])
    table.announce(good, [K2, K3, K4])
    blocks = listened(table)
    refused = Path(A, b"1", eligible=False, reason="refused")
    table.announce(refused, [K1, K2])
    assert blocks == [([K1], bad, refused, None), ([K2], (bad, good), (good, refused), None)]
    assert (table.count(A), table.count_eligible(A)) == (2, 0)
    assert (table.count(B), table.count_eligible(B)) == (3, 3)
    assert table.reachable == 3
