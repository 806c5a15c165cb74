"""What ``show route`` is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network
from typing import Final

from bgpkit import Prefix
from bgpkit_node.bird_socket.layout import Layout


class QueryError(ValueError):
    """A query that BIRD would not take either; the text is what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteQuery:
    """Which routes, and how much of each."""

    exact: Prefix | None = None
    """Only this prefix."""
    covering: Prefix | None = None
    """Only the longest prefix that has this one, or this address, in it."""
    protocol: str = ""
    """Only routes from this protocol."""
    export: str = ""
    """Only the routes that this protocol is sent."""
    primary: bool = False
    """Only the best route to each prefix."""
    detailed: bool = False
    count: bool = False
    """Only how many there are."""
    stats: bool = False
    """How many there are, too."""


def parse_route_query(words: list[str], layout: Layout) -> RouteQuery:
    """Read the words behind ``show route``; QueryError says what is wrong with them.

    ``where`` and ``filter`` are programs in BIRD's own language, and others are about steps that are BIRD's own: they
    are named as what is not offered.
    """
    query, rest = RouteQuery(), list(words)
    while rest:
        word = rest.pop(0)
        if word in _FLAGS:
            query = _FLAGS[word](query)
        elif word in _NOT_OFFERED:
            raise QueryError(f"show route {word} is not offered by the agent: bgpkit-node explain tells of one route")
        elif word in {"protocol", "export", "for", "table"}:
            if not rest:
                raise QueryError("syntax error")
            query = _with(query, word, rest.pop(0), layout)
        else:
            query = replace(query, exact=_prefix(word))
    return query


_NOT_OFFERED: Final = frozenset({"where", "filter", "filtered", "noexport", "preexport"})
_FLAGS: Final[Mapping[str, Callable[[RouteQuery], RouteQuery]]] = {
    "all": lambda query: replace(query, detailed=True),
    "primary": lambda query: replace(query, primary=True),
    "count": lambda query: replace(query, count=True),
    "stats": lambda query: replace(query, stats=True),
}


def _with(query: RouteQuery, word: str, value: str, layout: Layout) -> RouteQuery:
    match word:
        case "protocol":
            return replace(query, protocol=value.strip("'\""))
        case "export":
            return replace(query, export=value.strip("'\""))
        case "for":
            return replace(query, covering=_prefix(value))
        case _:
            if value not in {layout.table(4), layout.table(6)}:
                raise QueryError(f"{value} is not a table")
            return query


def _prefix(text: str) -> Prefix:
    try:
        return Prefix.from_network(ip_network(text if "/" in text else str(ip_address(text))))
    except ValueError:
        raise QueryError("IP address expected") from None
