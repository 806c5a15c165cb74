"""GoBGP in the matrix."""

from collections.abc import Iterable
from typing import Any

from tests.interop.matrix_neighbors import NEIGHBORS, ONE6, RANGE, THEIR_ASN, THEIRS, Neighbor
from tests.interop.matrix_other import Other
from tests.support.daemons import GoBgp
from tests.support.processes import wait_until


class GoBgpSide(Other):
    """GoBGP 3.10, as gobgp tells."""

    name = "gobgp"
    title = "GoBGP 3.10.0"
    _gobgp: GoBgp

    def start(self, routes: Iterable[str]) -> None:
        """Start gobgpd and tell it its routes."""
        self._gobgp = GoBgp(self.namespace, self.folder, _configuration())
        wait_until(lambda: self._originated(ONE6, "ipv6", "::"), "gobgpd takes routes", 10)
        for prefix in routes:
            assert self._originated(prefix, "ipv4", "0.0.0.0")

    def _originated(self, prefix: str, family: str, hop: str) -> bool:
        """Tell it a route; before it is ready it says why not."""
        return not self._gobgp.ask("global", "rib", "add", "-a", family, prefix, "nexthop", hop, check=False)

    def kill(self) -> None:
        """Kill it."""
        self._gobgp.kill()

    def stop(self) -> None:
        """Stop it."""
        self._gobgp.stop()

    def log(self) -> str:
        """Return its log."""
        return self._gobgp.log()

    def is_established(self, neighbor: Neighbor) -> bool:
        """Ask for the neighbor."""
        return self._gobgp.is_established(neighbor.address)

    def held(self, neighbor: Neighbor) -> dict[str, int]:
        """Ask for the routes of the neighbor."""
        found: dict[str, int] = {}
        for family in neighbor.families:
            table: dict[str, list[Any]] = self._gobgp.ask_json("global", "rib", "-a", family)
            for prefix, paths in table.items():
                count = sum(path.get("neighbor-ip") == neighbor.address for path in paths)
                if count:
                    found[prefix] = count
        return found

    def words_on(self, neighbor: Neighbor, prefix: str) -> str:
        """Ask for the route."""
        family = "ipv6" if ":" in prefix else "ipv4"
        return self._gobgp.ask("global", "rib", prefix, "-a", family, check=False)

    def end(self, neighbor: Neighbor) -> str:
        """Return what it logs of the neighbor."""
        return "\n".join(line for line in self.log().splitlines() if neighbor.address in line)

    def connect(self, neighbor: Neighbor) -> None:
        """Wait: it tries every 5 to 10 seconds, and anew after being told to do so."""

    def shut_down(self, neighbor: Neighbor, words: str) -> None:
        """Shut the neighbor down with a reason."""
        self._gobgp.ask("neighbor", neighbor.address, "shutdown", "--reason", words)

    def reset(self, neighbor: Neighbor) -> None:
        """Reset the neighbor."""
        self._gobgp.ask("neighbor", neighbor.address, "reset")

    def ask_refresh(self, neighbor: Neighbor) -> None:
        """Reset softly what comes in."""
        self._gobgp.ask("neighbor", neighbor.address, "softresetin")

    def refreshes(self, neighbor: Neighbor) -> int:
        """Return its counter."""
        counters = self._gobgp.ask_json("neighbor", neighbor.address)["state"]["messages"]["received"]
        return int(counters.get("refresh", 0))


def _configuration() -> str:
    return f"""
[global.config]
  as = {THEIR_ASN}
  router-id = "{THEIRS}"
  port = 179
[[peer-groups]]
  [peer-groups.config]
    peer-group-name = "guests"
    peer-as = 64512
  [[peer-groups.afi-safis]]
    [peer-groups.afi-safis.config]
      afi-safi-name = "ipv4-unicast"
[[dynamic-neighbors]]
  [dynamic-neighbors.config]
    prefix = "{RANGE}"
    peer-group = "guests"
{"".join(_neighbor(each) for each in NEIGHBORS if not each.ranged)}
"""


def _neighbor(neighbor: Neighbor) -> str:
    password = f'auth-password = "{neighbor.password}"' if neighbor.password else ""
    text = f"""
[[neighbors]]
  [neighbors.config]
    neighbor-address = "{neighbor.address}"
    peer-as = {neighbor.asn}
    {password}
  [neighbors.transport.config]
    local-address = "{neighbor.theirs}"
    passive-mode = {_word(not neighbor.active)}
  [neighbors.timers.config]
    connect-retry = 1
    idle-hold-time-after-reset = 1
"""
    if neighbor.ttl_security:
        text += """  [neighbors.ttl-security.config]
    enabled = true
    ttl-min = 255
"""
    if neighbor.restart_time:
        text += f"""  [neighbors.graceful-restart.config]
    enabled = true
    restart-time = {neighbor.restart_time}
    notification-enabled = {_word(neighbor.name == "reset")}
    long-lived-enabled = {_word(bool(neighbor.long_lived))}
"""
    return text + "".join(_family(neighbor, family) for family in neighbor.families)


def _family(neighbor: Neighbor, family: str) -> str:
    text = f"""  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "{family}-unicast"
"""
    if neighbor.restart_time:
        text += "    [neighbors.afi-safis.mp-graceful-restart.config]\n      enabled = true\n"
    if neighbor.long_lived:
        text += f"""    [neighbors.afi-safis.long-lived-graceful-restart.config]
      enabled = true
      restart-time = {neighbor.long_lived}
"""
    if neighbor.add_path:
        text += "    [neighbors.afi-safis.add-paths.config]\n      receive = true\n      send-max = 8\n"
    if neighbor.limit:
        text += f"    [neighbors.afi-safis.prefix-limit.config]\n      max-prefixes = {neighbor.limit}\n"
    return text


def _word(value: bool) -> str:
    return "true" if value else "false"
