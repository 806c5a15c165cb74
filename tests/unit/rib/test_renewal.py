"""Paths made anew: each once, and no other than before."""

import pytest

from bgpkit_rib import Path, Source, SourceKind
from bgpkit_rib.renewal import Renewal

A = Source("a", SourceKind.EBGP, address=bytes((192, 0, 2, 1)), bgp_identifier=1)
B = Source("b", SourceKind.EBGP, address=bytes((192, 0, 2, 2)), bgp_identifier=2)


def test_each_path_is_asked_about_once() -> None:
    """The answer is remembered, that a path goes as well."""
    old, new = Path(A, b"1"), Path(A, b"2")
    gone = Path(A, b"3")
    asked: list[Path] = []

    def renew(path: Path) -> Path | None:
        asked.append(path)
        return new if path is old else None

    renewal = Renewal(renew)
    assert [renewal.path_for(path) for path in (old, gone, old, gone)] == [new, None, new, None]
    assert asked == [old, gone]


def test_no_more_paths_are_remembered_than_the_memory_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is forgotten is asked about again, and no old path is kept alive for longer."""
    monkeypatch.setattr("bgpkit_rib.renewal._KNOWN_MAXIMUM", 2)
    asked: list[Path] = []

    def renew(path: Path) -> Path:
        asked.append(path)
        return path

    renewal = Renewal(renew)
    one, two, three = (Path(A, bytes((number,))) for number in range(3))
    for path in (one, two, one, three, three, one):
        assert renewal.path_for(path) is path
    assert asked == [one, two, three, one]


def test_what_says_the_same_is_the_old_path() -> None:
    """A new object that tells nothing new does not take the place of the old one."""
    old = Path(A, b"1", med=1)
    assert Renewal(lambda _: Path(A, b"1", med=1)).path_for(old) is old


def test_paths_of_others_are_not_asked_about() -> None:
    """A renewal of one source gives back what is not its own."""
    other = Path(B, b"1")
    assert Renewal(lambda _: None, A).path_for(other) is other
    assert Renewal(lambda _: None, A).outcome_of((other, Path(A, b"1")))[0] is other


def test_a_path_made_anew_keeps_its_identity_and_generation() -> None:
    """Another source, path identifier or generation is the caller's fault: stale paths must not become fresh."""
    old = Path(A, b"1")
    for strange in (Path(B, b"2"), Path(A, b"2", path_id=1), Path(A, b"2", generation=1)):
        with pytest.raises(ValueError, match="made anew"):
            Renewal({old: strange}.get).path_for(old)


def test_an_entry_of_a_stale_path_stays_stale() -> None:
    """What is made anew in the generation of the old is as stale as that was."""
    source = Source("restarting", SourceKind.EBGP)
    old = Path(source, b"1")
    source.generation += 1
    new = Renewal(lambda path: Path(source, b"2", generation=path.generation)).path_for(old)
    assert new is not None
    assert new.stale
