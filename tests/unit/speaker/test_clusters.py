"""The clusters of a reflector come and go with the peers that have one of their own."""

from ipaddress import IPv4Address

from bgpkit.speaker.clusters import Clusters
from bgpkit_rib import Source, SourceKind

OWN, SPECIAL = IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2")
ONE, TWO = Source("one", SourceKind.CLIENT), Source("two", SourceKind.CLIENT)


def test_a_cluster_is_ours_while_a_peer_has_it() -> None:
    """A change is told when the set changes, and only then; the set stays the same object."""
    told: list[set[int]] = []
    clusters = Clusters(OWN, lambda: told.append(set(clusters.ids)))
    ids = clusters.ids
    clusters.use(ONE, OWN)
    assert told == []
    clusters.use(ONE, SPECIAL)
    clusters.use(TWO, SPECIAL)
    clusters.drop(ONE)
    assert told == [{int(OWN), int(SPECIAL)}]
    clusters.use(TWO, OWN)
    assert told[1:] == [{int(OWN)}]
    clusters.drop(TWO)
    clusters.drop(TWO)
    assert (len(told), ids, ids is clusters.ids) == (2, {int(OWN)}, True)
