"""IPReservation: what is reserved, and what is refused."""

from bgpkit_node.resources.ip_reservation import (
    IP_RESERVATION,
    IPReservation,
    IPReservationSpec,
    check_ip_reservation,
    warn_ip_reservation,
)
from bgpkit_node.resources.metadata import Metadata


def reservation(*ranges: str) -> IPReservation:
    """Make a reservation of ranges."""
    return IPReservation(metadata=Metadata(name="a"), spec=IPReservationSpec(reserved_cidrs=ranges))


def test_addresses_and_ranges_are_reserved() -> None:
    """An address alone is a range of one; bits behind the prefix do not count."""
    found = reservation("10.244.0.7", "10.244.1.9/28", "fd00::/120").reserved_cidrs
    assert [str(each) for each in found] == ["10.244.0.7/32", "10.244.1.0/28", "fd00::/120"]


def test_what_is_no_range_is_refused_where_it_stands() -> None:
    """Empty texts, too."""
    faults = list(check_ip_reservation(reservation("10.0.0.0/8", "x", "", "10.0.1.0/33")))
    assert [fault.field for fault in faults] == [f"spec.reservedCIDRs[{index}]" for index in (1, 2, 3)]


def test_a_reservation_of_nothing_warns() -> None:
    """It is allowed."""
    assert not list(check_ip_reservation(reservation()))
    assert list(warn_ip_reservation(reservation())) == ["IPReservation(a) reserves nothing: it has no reservedCIDRs"]
    assert not list(warn_ip_reservation(reservation("10.0.0.1")))


def test_many_ranges_are_cut_off_in_the_table() -> None:
    """After 80 characters, as calicoctl does."""
    cell = IP_RESERVATION.wide[1].cell
    assert cell(reservation("10.0.0.1", "10.0.0.2"), 0) == "10.0.0.1,10.0.0.2"
    long = cell(reservation(*(f"10.0.0.{number}" for number in range(20))), 0)
    assert (len(long), long[-3:]) == (80, "...")
