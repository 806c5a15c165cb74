"""Sources."""

from bgpkit_rib import INTERNAL, Source, SourceKind


def test_sources_are_told_apart_by_object() -> None:
    """Two sources of the same name are two sources."""
    assert Source("a", SourceKind.EBGP) != Source("a", SourceKind.EBGP)
    assert "EBGP" in repr(Source("a", SourceKind.EBGP))


def test_clients_and_non_clients_are_internal() -> None:
    """Both kinds of IBGP peer are internal, the others are not."""
    assert {SourceKind.CLIENT, SourceKind.NON_CLIENT} == INTERNAL
