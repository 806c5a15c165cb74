"""Against which path a path lost."""

from bgpkit.speaker.explain_paths import lost_to
from bgpkit_rib import DecisionStep, Path, Source, SourceKind, explain


def path(number: int, *, neighbor_as: int, med: int = 0, length: int = 1) -> Path:
    """Return an external path of a source of its own, which ties are broken by."""
    source = Source(f"192.0.2.{number}", SourceKind.EBGP, address=bytes([192, 0, 2, number]), bgp_identifier=number)
    return Path(source, bytes(4), neighbor_as=neighbor_as, med=med, as_path_length=length)


def test_a_med_loses_against_one_of_the_same_neighboring_as_though_another_is_best() -> None:
    """The winner of its group has lost later itself, or is the best."""
    best, worse, second, long = (
        path(1, neighbor_as=64501),
        path(2, neighbor_as=64502, med=9),
        path(3, neighbor_as=64502, med=5),
        path(4, neighbor_as=64501, length=3),
    )
    ranked = explain((long, second, worse, best))
    found = {each: (step, lost_to(each, step, ranked)) for each, step in ranked}
    assert found == {
        best: (DecisionStep.BEST, None),
        worse: (DecisionStep.MED, second),
        second: (DecisionStep.BGP_IDENTIFIER, best),
        long: (DecisionStep.AS_PATH_LENGTH, best),
    }


def test_what_took_no_part_lost_to_nobody() -> None:
    """A path that may not be chosen has its own reason."""
    refused = Path(Source("192.0.2.9", SourceKind.EBGP), bytes(4), eligible=False, reason="looped")
    ranked = explain((path(1, neighbor_as=64501), refused))
    assert lost_to(refused, DecisionStep.NOT_ELIGIBLE, ranked) is None
