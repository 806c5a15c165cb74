"""Routes of our own put into a speaker, those that share attributes together."""

from collections.abc import Iterable, Mapping

from bgpkit.configuration.routes import OwnRoute
from bgpkit.configuration.settings import Aggregate
from bgpkit.speaker import Speaker
from bgpkit_fsm import Family
from bgpkit_rib import PathAttributes, Prefix


async def announce(speaker: Speaker, routes: Mapping[OwnRoute, PathAttributes]) -> None:
    """Originate ``routes``; ConfigError or ValueError for one that cannot be."""
    groups: dict[tuple[Family, int, PathAttributes], list[Prefix]] = {}
    for route, attributes in routes.items():
        groups.setdefault((route.family, route.path_id, attributes), []).append(route.prefix)
    for (family, path_id, attributes), prefixes in groups.items():
        await speaker.announce(*prefixes, family=family, attributes=attributes, path_id=path_id)


async def withdraw(speaker: Speaker, routes: Iterable[OwnRoute]) -> None:
    """Stop originating ``routes``."""
    groups: dict[tuple[Family, int], list[Prefix]] = {}
    for route in routes:
        groups.setdefault((route.family, route.path_id), []).append(route.prefix)
    for (family, path_id), prefixes in groups.items():
        await speaker.withdraw(*prefixes, family=family, path_id=path_id)


async def add_aggregates(speaker: Speaker, aggregates: Iterable[Aggregate]) -> None:
    """Originate ``aggregates``; ConfigError for one that cannot be."""
    for each in aggregates:
        await speaker.aggregate(
            each.prefix,
            attributes=each.attributes,
            as_set=each.as_set,
            keep_as_path=each.keep_as_path,
            summary_only=each.summary_only,
            matching_med=each.matching_med,
            always=each.always,
        )
