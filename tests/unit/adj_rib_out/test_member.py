"""What a member is owed when it leaves the log."""

from bgpkit.adj_rib_out.marker import REFRESH, Marker
from bgpkit.adj_rib_out.member import Member
from bgpkit_rib import Source, SourceKind


class Port:
    """A session that takes nothing."""

    writable = False

    def write(self, octets: bytes) -> None:
        """Refuse."""
        raise AssertionError(octets)


def member() -> Member:
    """Return a member."""
    return Member(Source("member", SourceKind.CLIENT), Port())


def test_what_has_not_been_sent_is_owed() -> None:
    """The end of a refresh whose beginning was sent, and End-of-RIB."""
    one = member()
    for markers in (Marker.NONE, Marker.END, Marker.END_OF_RIB, Marker.END_OF_RIB | Marker.END):
        assert one.still_owed(markers) == markers
    assert not one.refresh_wanted


def test_a_refresh_that_has_not_begun_is_put_off() -> None:
    """Its end alone would tell the peer that all it holds is gone."""
    one = member()
    assert one.still_owed(REFRESH | Marker.END_OF_RIB) == Marker.END_OF_RIB
    assert one.refresh_wanted
    other = member()
    assert other.still_owed(Marker.BEGINNING) == Marker.NONE
    assert other.refresh_wanted
