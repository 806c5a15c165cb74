"""The routes of our own that a configuration has, one by one, so that two configurations can be compared."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from bgpkit.configuration.settings import Announcement
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import PathAttributes, Prefix


class OwnRoute(NamedTuple):
    """What tells a route of our own from the others."""

    family: Family
    prefix: Prefix
    path_id: int = 0

    def __str__(self) -> str:
        """Return prefix, family and path identifier, as far as they are not the usual ones."""
        family = "" if self.family in {IPV4_UNICAST, IPV6_UNICAST} else f" ({self.family})"
        return f"{self.prefix}{family}{f' path {self.path_id}' if self.path_id else ''}"


def own_routes(announcements: Iterable[Announcement]) -> Mapping[OwnRoute, PathAttributes]:
    """Return the routes that are announced, each with its attributes."""
    return {route: each.attributes for each in announcements for route in routes_of(each)}


def routes_of(announcement: Announcement) -> list[OwnRoute]:
    """Return the routes of one announcement."""
    return [OwnRoute(_family(announcement, prefix), prefix, announcement.path_id) for prefix in announcement.prefixes]


def _family(announcement: Announcement, prefix: Prefix) -> Family:
    return announcement.family or (IPV4_UNICAST if prefix.width == 32 else IPV6_UNICAST)
