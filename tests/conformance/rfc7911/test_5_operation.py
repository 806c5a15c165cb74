"""RFC 7911, section 5, Operation: paths with identifiers in the table, and which of them are chosen to be sent."""

import pytest

from bgpkit_rib import BEST, AddPathAll, AddPathBest, Path, Source, SourceKind, Table, paths_of

PEER = Source("peer", SourceKind.CLIENT, address=bytes((192, 0, 2, 1)), bgp_identifier=1)
KEY = bytes((8, 10))


def table_of(*paths: Path) -> Table:
    """Return a table in which each path has been announced for `KEY`, one after the other."""
    table = Table(32)
    for path in paths:
        table.announce(path, [KEY])
    return table


@pytest.mark.rfc("7911", "5")
def test_the_same_prefix_and_path_identifier_replace() -> None:
    """A path with the identifier of a former one MUST replace it."""
    former, other, new = Path(PEER, b"1", path_id=1), Path(PEER, b"2", path_id=2), Path(PEER, b"3", path_id=1)
    assert set(paths_of(table_of(former, other, new).get(KEY))) == {other, new}


@pytest.mark.rfc("7911", "5")
def test_another_path_identifier_is_another_path() -> None:
    """It MUST NOT replace what was announced with a different identifier, or by another peer with the same."""
    other_peer = Source("other", SourceKind.CLIENT, address=bytes((192, 0, 2, 2)), bgp_identifier=2)
    paths = (Path(PEER, b"1", path_id=1), Path(PEER, b"2", path_id=2), Path(other_peer, b"3", path_id=1))
    assert set(paths_of(table_of(*paths).get(KEY))) == set(paths)


@pytest.mark.rfc("7911", "5")
def test_withdrawing_an_identifier_never_seen_is_ignored() -> None:
    """It SHOULD be ignored in silence."""
    table = table_of(Path(PEER, b"1", path_id=1))
    heard: list[str] = []

    def hear(*_: object) -> None:
        heard.append("a block")

    table.subscribe(hear)
    table.withdraw(PEER, [KEY], path_id=2)
    assert heard == []
    assert table.count(PEER) == 1


@pytest.mark.rfc("7911", "5")
def test_more_than_the_best_path_can_be_chosen_to_be_sent() -> None:
    """Several paths of one prefix go to a peer, the best among them; to a peer without ADD-PATH the best alone."""
    best, second, third = (Path(PEER, b"", path_id=number) for number in (1, 2, 3))
    entry = table_of(third, second, best).get(KEY)
    assert AddPathAll().paths(entry) == (best, second, third)
    assert AddPathBest(2).paths(entry) == (best, second)
    assert BEST.paths(entry) == (best,)
