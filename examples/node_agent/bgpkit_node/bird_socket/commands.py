"""From a command to its answer, line by line."""

import shlex
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime
from typing import Final

from bgpkit_node.bird_socket.counts import count_routes
from bgpkit_node.bird_socket.daemon_rows import memory_lines, status_lines
from bgpkit_node.bird_socket.framing import END, Line, refused
from bgpkit_node.bird_socket.instances import Instance, instances, matching, named
from bgpkit_node.bird_socket.layout import Layout
from bgpkit_node.bird_socket.protocol_rows import details, header, row
from bgpkit_node.bird_socket.route_answer import RouteAnswer
from bgpkit_node.bird_socket.route_query import QueryError, parse_route_query
from bgpkit_node.running import RunningNode

_CHANGING: Final = frozenset(
    {"configure", "debug", "disable", "down", "dump", "echo", "enable", "eval", "graceful", "mrtdump", "reload"}
) | {"restart", "timeformat"}
"""Commands that would change something: nothing is changed over this socket."""
_NOT_OFFERED: Final = {
    "interfaces": "ip address shows them",
    "static": "show route protocol static1 tells the node's own routes",
    "symbols": "there is no configuration that has any",
    "bfd": "bgpkit-node node status tells of sessions",
}
"""What BIRD shows and the agent does not, and where to look instead."""


class Commands:
    """Answers as a BIRD would that has the agent's sessions and routes."""

    def __init__(
        self,
        node: RunningNode,
        *,
        versions: tuple[int, ...] = (4,),
        layout: Layout = Layout.BIRD_1_6,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Tell of ``node`` what concerns these IP ``versions``."""
        self._node = node
        self._versions = versions
        self._layout = layout
        self._clock = clock

    @property
    def greeting(self) -> Line:
        """What a client is told first."""
        return Line(1, f"BIRD {self._layout.version} ready.", last=True)

    async def answer(self, command: str) -> AsyncIterator[Line]:
        """Yield the answer to one command; its last line is the one that says so."""
        try:
            words = shlex.split(command, posix=False)
        except ValueError:
            words = []
        match words:
            case ["show", "protocols", "all", *rest] if len(rest) < 2:
                lines = self._protocols(rest, detailed=True)
            case ["show", "protocols", *rest] if len(rest) < 2:
                lines = self._protocols(rest, detailed=False)
            case ["show", "route", *rest]:
                lines = self._routes(rest)
            case ["show", "status"]:
                lines = _each(status_lines(self._node, self._layout, self._clock()))
            case ["show", "memory"]:
                lines = _each(memory_lines())
            case ["show", what, *_] if what in _NOT_OFFERED:
                lines = _each([refused(9001, f"show {what} is not offered by the agent: {_NOT_OFFERED[what]}")])
            case ["restrict"]:
                lines = _each([refused(16, "Access restricted")])
            case [word, *_] if word in _CHANGING:
                lines = _each([refused(8007, "Access denied")])
            case _:
                lines = _each([refused(9001, "syntax error")])
        async for line in lines:
            yield line

    async def _protocols(self, names: list[str], *, detailed: bool) -> AsyncIterator[Line]:
        found = instances(self._node, self._versions)
        chosen, fault = _chosen(found, names)
        if fault is not None:
            yield fault
            return
        serving = self._node.serving
        counts = {} if serving is None or not detailed else await count_routes(serving, chosen, self._versions)
        yield header(self._layout)
        for instance in chosen:
            yield row(instance, self._layout, self._versions[0], self._clock())
            if detailed:
                for line in details(instance, self._layout, counts.get(instance.name, {})):
                    yield line
        yield END

    async def _routes(self, words: list[str]) -> AsyncIterator[Line]:
        serving = self._node.serving
        if serving is None:
            yield refused(8003, "The agent is starting")
            return
        try:
            answer = RouteAnswer(
                serving,
                instances(self._node, self._versions),
                parse_route_query(words, self._layout),
                layout=self._layout,
                versions=self._versions,
                now=self._clock(),
            )
        except QueryError as error:
            yield refused(9001, str(error))
            return
        async for line in answer.lines():
            yield line


def _chosen(found: tuple[Instance, ...], names: list[str]) -> tuple[tuple[Instance, ...], Line | None]:
    """Return the protocols that are asked for, or why there are none: a name, or a pattern in quotes."""
    if not names:
        return found, None
    (name,) = names
    if name[0] in "'\"":
        chosen = matching(found, name.strip("'\""))
        return chosen, None if chosen else refused(8003, "No protocols match")
    one = named(found, name)
    return ((one,), None) if one is not None else ((), refused(9002, f"{name} is not a protocol"))


async def _each(lines: Iterable[Line]) -> AsyncIterator[Line]:
    for line in lines:
        yield line
