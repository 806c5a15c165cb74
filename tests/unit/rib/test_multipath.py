"""The paths in use at once."""

import pytest

from bgpkit_rib import AsPath, MultipathOptions, Path, Source, SourceKind, multipath_of, select

MANY = MultipathOptions(maximum_ebgp=8, maximum_ibgp=8)
RELAXED = MultipathOptions(maximum_ebgp=8, maximum_ibgp=8, as_relaxed=True)


def as_path_of(path: Path) -> AsPath:
    """Read the AS path that these tests write as text into the attribute block."""
    return AsPath.parse(path.raw.decode())


def path(
    number: int, as_path: str, kind: SourceKind = SourceKind.EBGP, *, hop: int | None = None, med: int = 0
) -> Path:
    """Return a path whose source's address and next hop go by ``number``."""
    source = Source(f"peer{number}", kind, address=bytes((192, 0, 2, number)), bgp_identifier=number)
    value = AsPath.parse(as_path)
    next_hop = bytes((198, 51, 100, number if hop is None else hop))
    return Path(
        source,
        as_path.encode(),
        next_hop=next_hop,
        as_path_length=value.length,
        neighbor_as=value.neighbor_as,
        med=med,
    )


def test_without_multipath_the_best_stands_alone() -> None:
    """A maximum of one is what it says, and an entry of nothing gives nothing."""
    one, two = path(1, "1 9"), path(2, "1 9")
    assert multipath_of((one, two), MultipathOptions(), as_path_of) == (one,)
    assert multipath_of(one, MANY, as_path_of) == (one,)
    assert multipath_of(None, MANY, as_path_of) == ()
    refused = Path(one.source, b"", eligible=False)
    assert multipath_of(refused, MANY, as_path_of) == ()


def test_external_paths_come_from_one_neighboring_as() -> None:
    """The ASes further on may differ; the AS that a path was heard from may not."""
    best, alike, other = path(1, "1 9"), path(2, "1 8"), path(3, "2 9")
    entry = select((other, alike, best))
    assert multipath_of(entry, MANY, as_path_of) == (best, alike)
    assert multipath_of(entry, RELAXED, as_path_of) == (best, alike, other)


def test_the_neighboring_as_is_read_from_the_path_where_all_meds_compare() -> None:
    """The group that paths are in for MED is then no longer that of their neighbor."""
    best, other = (Path(path(n, "").source, f"{n} 9".encode(), next_hop=bytes((n,)), as_path_length=2) for n in (1, 2))
    assert multipath_of((best, other), MANY, as_path_of) == (best,)


@pytest.mark.parametrize("kind", [SourceKind.CLIENT, SourceKind.NON_CLIENT, SourceKind.CONFEDERATION])
def test_internal_paths_have_the_same_as_path(kind: SourceKind) -> None:
    """All of it, not only the first AS."""
    best, alike, other = (path(number, text, kind) for number, text in ((1, "1 9"), (3, "1 9"), (2, "1 8")))
    entry = select((best, alike, other))
    assert multipath_of(entry, MANY, as_path_of) == (best, alike)
    assert multipath_of(entry, RELAXED, as_path_of) == (best, other, alike)


def test_each_kind_has_a_maximum_of_its_own() -> None:
    """The kind of the best path decides which one holds."""
    options = MultipathOptions(maximum_ebgp=2, maximum_ibgp=3)
    external = tuple(path(number, "1 9") for number in range(1, 6))
    internal = tuple(path(number, "1 9", SourceKind.CLIENT) for number in range(1, 6))
    assert multipath_of(external, options, as_path_of) == external[:2]
    assert multipath_of(internal, options, as_path_of) == internal[:3]


def test_external_and_internal_paths_are_not_in_use_together() -> None:
    """Step (d) of the decision process parts them."""
    external, internal = path(2, "1 9"), path(1, "1 9", SourceKind.CLIENT)
    assert multipath_of((external, internal), RELAXED, as_path_of) == (external,)


def test_a_next_hop_counts_once() -> None:
    """Two paths by one next hop are one way; the maximum counts ways."""
    best, same_way, other_way = path(1, "1 9", hop=7), path(2, "1 9", hop=7), path(3, "1 9", hop=8)
    options = MultipathOptions(maximum_ebgp=2)
    assert multipath_of((best, same_way, other_way), options, as_path_of) == (best, other_way)


def test_a_path_with_a_higher_med_is_no_equal() -> None:
    """MED is compared within the neighboring AS before paths are equal, relaxed or not."""
    best, higher = path(2, "1 9", med=1), path(1, "1 9", med=2)
    assert multipath_of((best, higher), RELAXED, as_path_of) == (best,)


def test_what_is_our_own_stands_alone() -> None:
    """Two local sources do not share the traffic."""
    first, second = (Path(Source(name, SourceKind.LOCAL), b"", next_hop=name.encode()) for name in ("a", "b"))
    assert multipath_of((first, second), RELAXED, as_path_of) == (first,)


def test_a_maximum_below_one_is_refused() -> None:
    """There is always room for the best path."""
    with pytest.raises(ValueError, match="too few"):
        MultipathOptions(maximum_ebgp=0)
    with pytest.raises(ValueError, match="too few"):
        MultipathOptions(maximum_ibgp=0)
