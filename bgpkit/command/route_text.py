"""Routes for people: rows of a table, and lines of a watch."""

from collections.abc import Mapping, Sequence
from typing import Final, cast

from bgpkit.command.asking import Item

ROUTE_HEAD: Final = (" ", "DESTINATION", "NEXT HOP", "FROM", "PREF", "MED", "AS PATH")
"""The columns of the table of routes."""
ROUTE_NUMBERS: Final = (4, 5)
_AGGREGATE: Final = "aggregate"
"""Whose paths have an identifier that is ours alone."""
_ORIGINS: Final = {"igp": "i", "egp": "e", "incomplete": "?"}


def route_row(route: Item) -> Sequence[str]:
    """Return a route's row: ``>`` is the best path, ``x`` one that may not be chosen, for the reason behind it."""
    attributes = _attributes(route)
    mark = ">" if route["best"] else " " if route["eligible"] else "x"
    reason = f"  ({route['reason']})" if route.get("reason") else ""
    path_id = f" path {route['path_id']}" if route.get("path_id") and route["peer"] != _AGGREGATE else ""
    return (
        mark,
        f"{route['destination']}{path_id}",
        _text(attributes, "next_hop"),
        str(route["peer"]),
        _text(attributes, "local_pref"),
        _text(attributes, "med"),
        f"{way_text(attributes)}{reason}",
    )


def change_line(event: Item) -> str:
    """Return a change of a best route as one line: ``+`` and what it is now, or ``-``."""
    route = event["route"]
    if not isinstance(route, dict):
        return f"- {event['destination']}"
    now = cast("Mapping[str, object]", route)
    attributes = _attributes(now)
    hop = f" via {attributes['next_hop']}" if "next_hop" in attributes else ""
    return f"+ {event['destination']}{hop} from {now['peer']}: {way_text(attributes)}"


def way_text(attributes: Mapping[str, object]) -> str:
    """Return AS_PATH and ORIGIN in the usual short form: ``64512 64513 i``."""
    path = str(attributes.get("as_path") or "")
    origin = _ORIGINS.get(str(attributes.get("origin")), "?")
    return f"{path} {origin}" if path else origin


def _attributes(route: Mapping[str, object]) -> Mapping[str, object]:
    return cast("Mapping[str, object]", route["attributes"])


def _text(attributes: Mapping[str, object], name: str) -> str:
    return str(attributes[name]) if name in attributes else "-"
