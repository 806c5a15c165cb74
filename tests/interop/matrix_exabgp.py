"""ExaBGP in the matrix."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from tests.interop.exabgp import ExaBgp
from tests.interop.matrix_neighbors import NEIGHBORS, ONE6, RANGE, THEIR_ASN, THEIRS, THEIRS6, Neighbor
from tests.interop.matrix_other import Other


class ExaBgpSide(Other):
    """ExaBGP 4.2, as its JSON tells; it has no RIB but what is told is kept here."""

    name = "exabgp"
    title = "ExaBGP 4.2.21"
    passes_on = False
    _exabgp: ExaBgp
    _routes: tuple[str, ...] = ()

    def start(self, routes: Iterable[str]) -> None:
        """Start ExaBGP."""
        self._routes = tuple(routes)
        text = "".join(_neighbor(each, self._routes) for each in NEIGHBORS)
        self._exabgp = ExaBgp(self.namespace, self.folder, text, THEIRS, THEIRS6)

    def kill(self) -> None:
        """Kill it."""
        self._exabgp.kill()

    def stop(self) -> None:
        """Stop it."""
        self._exabgp.stop()

    def log(self) -> str:
        """Return its log."""
        return self._exabgp.log()

    def is_established(self, neighbor: Neighbor) -> bool:
        """Look for its last state."""
        return self._exabgp.is_established(neighbor.address)

    def held(self, neighbor: Neighbor) -> dict[str, int]:
        """Put together what it has told."""
        paths: set[tuple[str, str]] = set()
        for event in self._exabgp.events(neighbor.address):
            if event["type"] == "state" and event["neighbor"]["state"] == "down":
                paths.clear()
            elif event["type"] == "update":
                update = event["neighbor"]["message"].get("update", {})
                paths -= set(_withdrawn(update))
                paths |= set(_announced(update))
        return {prefix: sum(prefix == other for other, _ in paths) for prefix, _ in paths}

    def words_on(self, neighbor: Neighbor, prefix: str) -> str:
        """Return the events that name the prefix."""
        return "\n".join(json.dumps(each) for each in self._exabgp.events(neighbor.address) if prefix in str(each))

    def end(self, neighbor: Neighbor) -> str:
        """Return the events but those of routes."""
        events = self._exabgp.events(neighbor.address)
        told = [json.dumps(each) for each in events if each["type"] in {"state", "notification"}]
        return "\n".join((*told, *(line for line in self.log().splitlines() if f"{neighbor.address} " in line)))

    def connect(self, neighbor: Neighbor) -> None:
        """Start anew: it would wait up to a minute else."""
        self._exabgp.kill()
        self.start(self._routes)

    def shut_down(self, neighbor: Neighbor, words: str) -> None:
        """Tear the session down; there is no way to say why."""
        self._exabgp.command(f"neighbor {neighbor.address} teardown 2")

    def reset(self, neighbor: Neighbor) -> None:
        """Tear the session down as a reset."""
        self._exabgp.command(f"neighbor {neighbor.address} teardown 4")

    def ask_refresh(self, neighbor: Neighbor) -> None:
        """Announce a route refresh, as it calls that."""
        self._exabgp.command(f"neighbor {neighbor.address} announce route-refresh ipv4 unicast")

    def announce(self, neighbor: Neighbor, prefix: str, as_path: str, path_id: int) -> None:
        """Announce a route with an AS path."""
        path = f"as-path [ {as_path} ] path-information {path_id}"
        self._exabgp.command(f"neighbor {neighbor.address} announce route {prefix} next-hop self {path}")

    def withdraw(self, neighbor: Neighbor, prefix: str, path_id: int) -> None:
        """Withdraw a route."""
        path = f"next-hop self path-information {path_id}"
        self._exabgp.command(f"neighbor {neighbor.address} withdraw route {prefix} {path}")

    def refreshes(self, neighbor: Neighbor) -> int:
        """Count the events."""
        refreshes = [each for each in self._exabgp.events(neighbor.address) if each["type"] == "refresh"]
        return len(refreshes)


def _announced(update: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for family in update.get("announce", {}).values():
        for routes in family.values():
            yield from _keys(routes)


def _withdrawn(update: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for routes in update.get("withdraw", {}).values():
        yield from _keys(routes)


def _keys(routes: list[dict[str, str]]) -> Iterator[tuple[str, str]]:
    for route in routes:
        yield route["nlri"], route.get("path-information", "")


def _neighbor(neighbor: Neighbor, routes: Iterable[str]) -> str:
    own = [each for each in (*routes, ONE6) if ("ipv6" if ":" in each else "ipv4") in neighbor.families]
    hop = neighbor.theirs if neighbor.ipv6 else "self"
    static = "".join(f"route {each} next-hop {hop};" for each in own)
    mixed = "nexthop { ipv4 unicast ipv6; }" if neighbor.extended_next_hop else ""
    return f"""
neighbor {RANGE if neighbor.ranged else neighbor.address} {{
  {"; ".join(_options(neighbor))};
  family {{ {" ".join(f"{family} unicast;" for family in neighbor.families)} }}
  capability {{ {"; ".join(_capabilities(neighbor))}; }}
  {mixed}
  static {{ {static} }}
  api {{
    processes [ watch ];
    neighbor-changes;
    receive {{ parsed; update; notification; refresh; }}
    send {{ parsed; notification; }}
  }}
}}
"""


def _options(neighbor: Neighbor) -> list[str]:
    options = [
        f"router-id {THEIRS}",
        f"local-address {neighbor.theirs}",
        f"local-as {THEIR_ASN}",
        f"peer-as {neighbor.asn}",
        "hold-time 90",
        "adj-rib-out true",
        f"passive {'false' if neighbor.active else 'true'}",
    ]
    if neighbor.password:
        options.append(f"md5-password {neighbor.password}")
    if neighbor.ttl_security:
        options += ["outgoing-ttl 255", "incoming-ttl 255"]
    return options


def _capabilities(neighbor: Neighbor) -> list[str]:
    capabilities = [
        f"asn4 {'disable' if neighbor.two_octet_as else 'enable'}",
        "route-refresh enable",
        f"graceful-restart {neighbor.restart_time or 'disable'}",
        f"extended-message {'enable' if neighbor.name == 'large' else 'disable'}",
    ]
    if neighbor.add_path:
        capabilities.append("add-path send/receive")
    if neighbor.extended_next_hop:
        capabilities.append("nexthop enable")
    return capabilities
