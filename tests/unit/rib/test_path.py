"""Paths: what is kept, and how it ranks."""

from itertools import product

import pytest

from bgpkit_rib import DEFAULT_LOCAL_PREF, Path, Source, SourceKind, make_path

PEER = Source("peer", SourceKind.EBGP, address=bytes((192, 0, 2, 1)), bgp_identifier=7)
LOCAL = Source("local", SourceKind.LOCAL)


def test_what_ranks_a_path_can_be_read_back() -> None:
    """The one number of the rank gives back its parts, at their largest, too."""
    path = make_path(PEER, b"", origin=2, as_path_length=65535, local_pref=4294967295)
    assert (path.local_pref, path.as_path_length, path.origin) == (4294967295, 65535, 2)
    path = make_path(PEER, b"", origin=1, as_path_length=3, local_pref=0)
    assert (path.local_pref, path.as_path_length, path.origin) == (0, 3, 1)


def test_missing_attributes_have_their_defaults() -> None:
    """Without LOCAL_PREF it is 100, without MED 0, without ORIGINATOR_ID the peer's identifier counts."""
    path = Path(PEER, b"")
    assert (path.local_pref, path.med, path.identifier) == (DEFAULT_LOCAL_PREF, 0, 7)
    assert Path(PEER, b"", originator_id=0).identifier == 0


def test_weight_and_aigp_can_be_read_back_beside_the_others() -> None:
    """However large or small each is, none shows in another."""
    for weight, preference, aigp, metric in product(
        (0, 1, 65535), (0, 99, 101, 4294967295), (None, 0, 2**64 - 1), (0, 7)
    ):
        for source in (PEER, LOCAL):
            path = Path(
                source,
                b"",
                weight=weight,
                local_pref=preference,
                aigp=aigp,
                metric=metric,
                as_path_length=65535,
                origin=2,
            )
            assert (path.weight, path.local_pref) == (weight, preference)
            assert path.aigp == (None if aigp is None else aigp + metric)
            assert (path.as_path_length, path.origin) == (65535, 2)


def test_rank_goes_by_weight_preference_local_origin_aigp_length_then_origin() -> None:
    """Each part of the rank outweighs all later ones."""
    worst_to_best = [
        Path(PEER, b"", local_pref=100, as_path_length=2, origin=0),
        Path(PEER, b"", local_pref=100, as_path_length=1, origin=2),
        Path(PEER, b"", local_pref=100, as_path_length=1, origin=0),
        Path(PEER, b"", local_pref=100, aigp=2**64 - 1, metric=2**32 - 1, as_path_length=9, origin=2),
        Path(PEER, b"", local_pref=100, aigp=1, metric=1, as_path_length=9, origin=2),
        Path(PEER, b"", local_pref=100, aigp=1, metric=0, as_path_length=9, origin=2),
        Path(LOCAL, b"", local_pref=100, as_path_length=9, origin=2),
        Path(PEER, b"", local_pref=101, as_path_length=9, origin=2),
        Path(PEER, b"", local_pref=4294967295, as_path_length=9, origin=2),
        Path(PEER, b"", weight=1, local_pref=0, as_path_length=9, origin=2),
        Path(PEER, b"", weight=2, local_pref=0, as_path_length=9, origin=2),
    ]
    ranks = [path.rank for path in worst_to_best]
    assert ranks == sorted(ranks, reverse=True)
    assert len(set(ranks)) == len(ranks)


def test_a_path_is_stale_once_its_session_has_ended() -> None:
    """Staleness is the comparison of two generations; a refresh, which is one, too, makes nothing stale."""
    source = Source("peer", SourceKind.EBGP)
    path = Path(source, b"")
    source.generation += 1
    before = path.stale
    source.stale_below = source.generation
    assert (before, path.stale, Path(source, b"").stale) == (False, True, False)


@pytest.mark.rfc("9494", "4.4")
def test_a_least_preferred_path_loses_to_all_that_are_not_and_keeps_what_it_says() -> None:
    """The worst of the others is better; among themselves they rank as ever, and each field can be read."""
    worst = Path(PEER, b"", weight=0, local_pref=0, aigp=None, as_path_length=65535, origin=2)
    best = Path(PEER, b"", weight=65535, local_pref=4294967295, aigp=0, least_preferred=True)
    next_best = Path(PEER, b"", weight=65535, local_pref=4294967294, least_preferred=True)
    assert worst.rank < best.rank < next_best.rank
    assert (best.least_preferred, next_best.least_preferred, worst.least_preferred) == (True, True, False)
    assert (best.weight, best.local_pref, best.aigp, best.as_path_length) == (65535, 4294967295, 0, 0)
    last = Path(PEER, b"", weight=0, local_pref=0, as_path_length=65535, origin=2, least_preferred=True)
    assert (last.weight, last.local_pref, last.aigp, last.as_path_length, last.origin) == (0, 0, None, 65535, 2)
    assert last.least_preferred
    assert not Path(LOCAL, b"", weight=65535, local_pref=4294967295, aigp=0).least_preferred


def test_paths_are_equal_only_to_themselves_but_can_say_the_same() -> None:
    """Two paths of one content differ as objects; the generation is not part of what they say."""
    source = Source("peer", SourceKind.EBGP)
    path = Path(source, b"raw", med=1)
    source.generation += 1
    again = Path(source, b"raw", med=1)
    assert path != again
    assert path.says_the_same(again)
    assert not path.says_the_same(Path(source, b"raw", med=2))
    assert not path.says_the_same(Path(source, b"other", med=1))
    assert not path.says_the_same(Path(source, b"raw", med=1, eligible=False, reason="looped"))


def test_the_printed_form_tells_source_and_verdict() -> None:
    """A person sees who announced the path and why it is out."""
    text = repr(Path(PEER, b"", eligible=False, reason="own AS in AS_PATH"))
    assert "peer" in text
    assert "own AS in AS_PATH" in text


def test_a_path_keeps_what_its_source_was_to_us() -> None:
    """When a peer becomes a client, its paths are those of another kind until they are made anew."""
    source = Source("peer", SourceKind.NON_CLIENT)
    path = Path(source, b"raw", med=1)
    source.kind = SourceKind.CLIENT
    source.generation += 1
    again = Path(source, b"raw", med=1, generation=path.generation)
    assert (path.kind, again.kind) == (SourceKind.NON_CLIENT, SourceKind.CLIENT)
    assert again.generation == path.generation != source.generation
    assert not path.says_the_same(again)


def test_what_was_received_is_kept_beside_what_a_policy_made_of_it() -> None:
    """Without a change it is the very same object; with one, both are part of what the path says."""
    plain = Path(PEER, b"raw")
    changed = Path(PEER, b"raw", received=b"as it came")
    assert plain.received is plain.raw
    assert (changed.raw, changed.received) == (b"raw", b"as it came")
    assert not plain.says_the_same(changed)
    assert not plain.says_the_same(Path(PEER, b"raw", rest=b"label"))


@pytest.mark.interpreted
def test_a_refused_path_says_the_same_and_may_not_be_chosen() -> None:
    """All but the verdict is copied; the path itself stays as it was."""
    path = Path(Source("a", SourceKind.CLIENT), b"raw", med=7, rest=b"r", path_id=3, weight=2, generation=5)
    refused = path.refused("a rule")
    assert (refused.eligible, refused.reason, path.eligible) == (False, "a rule", True)
    for name in set(Path.__slots__) - {"eligible", "reason"}:
        assert getattr(refused, name) == getattr(path, name), name
