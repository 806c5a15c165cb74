"""IPReservation: addresses that are never given out, whatever pool they lie in."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network
from typing import ClassVar, Final

import msgspec

from bgpkit_node.resources.address_text import parse_interface
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.field_checks import check_text
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.metadata import check_metadata
from bgpkit_node.resources.part import Part

_COLUMN_WIDTH: Final = 80


class IPReservationSpec(Part, frozen=True, kw_only=True):
    """The ranges, or single addresses, that are reserved."""

    reserved_cidrs: tuple[str, ...] = msgspec.field(default=(), name="reservedCIDRs")


class IPReservation(Resource, frozen=True, kw_only=True):
    """Addresses that are never given out; those that are in use stay so."""

    kind: ClassVar[str] = "IPReservation"
    spec: IPReservationSpec = IPReservationSpec()

    @property
    def reserved_cidrs(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The ranges, an address alone as a range of one."""
        return tuple(parse_interface(text).network for text in self.spec.reserved_cidrs)


def check_ip_reservation(reservation: IPReservation) -> Iterator[Fault]:
    """Yield what is wrong with one reservation."""
    yield from check_metadata(reservation.metadata)
    for index, text in enumerate(reservation.spec.reserved_cidrs):
        yield from check_text(f"spec.reservedCIDRs[{index}]", text or "(empty)", parse_interface)


def warn_ip_reservation(reservation: IPReservation) -> Iterator[str]:
    """Yield what is allowed and does nothing."""
    if not reservation.spec.reserved_cidrs:
        yield f"{reservation} reserves nothing: it has no reservedCIDRs"


def _ranges(reservation: IPReservation, _inherited: int) -> str:
    text = ",".join(reservation.spec.reserved_cidrs)
    return text if len(text) <= _COLUMN_WIDTH else text[: _COLUMN_WIDTH - 3] + "..."


_NAME: Final[Column[IPReservation]] = Column("NAME", lambda reservation, _: reservation.name)

IP_RESERVATION: Final[ResourceKind[IPReservation]] = ResourceKind(
    name="IPReservation",
    plural="ipreservations",
    aliases=frozenset({"reservation", "reservations"}),
    type=IPReservation,
    narrow=(_NAME,),
    wide=(_NAME, Column("CIDRS", _ranges)),
    check=check_ip_reservation,
    warn=warn_ip_reservation,
)
