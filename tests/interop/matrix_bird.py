"""BIRD 2 in the matrix."""

import re
from collections.abc import Iterable

from tests.interop.matrix_neighbors import NEIGHBORS, ONE6, RANGE, THEIR_ASN, THEIRS, Neighbor
from tests.interop.matrix_other import Other
from tests.support.daemons import Bird


class BirdSide(Other):
    """BIRD 2.0.12, as birdc tells."""

    name = "bird"
    title = "BIRD 2.0.12"
    _bird: Bird
    _killed = False

    def start(self, routes: Iterable[str]) -> None:
        """Start BIRD."""
        static = " ".join(f"route {prefix} blackhole;" for prefix in routes)
        text = f"""
log stderr all;
router id {THEIRS};
graceful restart wait 1;
protocol device {{}}
protocol static four {{ ipv4; {static} }}
protocol static six {{ ipv6; route {ONE6} blackhole; }}
"""
        text += "".join(map(_protocol, NEIGHBORS))
        self._bird = Bird(self.namespace, self.folder, text, recovering=self._killed)
        self._killed = False

    def kill(self) -> None:
        """Kill it."""
        self._bird.kill()
        self._killed = True

    def stop(self) -> None:
        """Stop it."""
        self._bird.stop()

    def log(self) -> str:
        """Return its log."""
        return self._bird.log()

    def is_established(self, neighbor: Neighbor) -> bool:
        """Ask for the protocol."""
        return any(self._bird.is_established(name) for name in self._names(neighbor))

    def held(self, neighbor: Neighbor) -> dict[str, int]:
        """Ask for the routes of the protocol."""
        found: dict[str, int] = {}
        prefix = ""
        for name in self._names(neighbor):
            for line in self._bird.ask("show", "route", "protocol", name, check=False).splitlines():
                if match := re.match(r"(\S+/\d+)?\s+unicast", line):
                    prefix = match[1] or prefix
                    found[prefix] = found.get(prefix, 0) + 1
        return found

    def words_on(self, neighbor: Neighbor, prefix: str) -> str:
        """Ask for the route with all attributes."""
        return self._bird.ask("show", "route", "all", prefix, check=False)

    def end(self, neighbor: Neighbor) -> str:
        """Return its last error, and what it has logged of the protocol."""
        shown = self._bird.ask("show", "protocols", "all", _name(neighbor))
        return shown + "\n".join(line for line in self.log().splitlines() if f" {_name(neighbor)}:" in line)

    def connect(self, neighbor: Neighbor) -> None:
        """Restart the protocol."""
        self._bird.command("restart", _name(neighbor))

    def shut_down(self, neighbor: Neighbor, words: str) -> None:
        """Disable the protocol with a message."""
        self._bird.command("disable", _name(neighbor), f'"{words}"')

    def reset(self, neighbor: Neighbor) -> None:
        """Restart the protocol."""
        self._bird.command("restart", _name(neighbor))

    def ask_refresh(self, neighbor: Neighbor) -> None:
        """Reload what comes in."""
        self._bird.command("reload", "in", _name(neighbor))

    def refreshes(self, neighbor: Neighbor) -> int:
        """Count what it logs, since it has no counter."""
        return self.log().count(f"{_name(neighbor)}: Got ROUTE-REFRESH")

    def _names(self, neighbor: Neighbor) -> list[str]:
        if not neighbor.ranged:
            return [_name(neighbor)]
        return re.findall(r"^(dyn\w+)\s", self._bird.ask("show", "protocols"), re.MULTILINE)


def _name(neighbor: Neighbor) -> str:
    return f"to_{neighbor.name}"  # some of the names are words of its configuration


def _protocol(neighbor: Neighbor) -> str:
    options = [
        "connect delay time 1",
        "connect retry time 1",
        "error wait time 1, 1",
        "debug { states, events, packets }",
    ]
    who = f"neighbor {neighbor.address} as {neighbor.asn}"
    if neighbor.ranged:
        who = f"neighbor range {RANGE} as {neighbor.asn}"
        options.append('dynamic name "dyn"')
    options.append(f"graceful restart {'on' if neighbor.restart_time else 'aware'}")
    for wanted, words in (
        (not neighbor.active, "passive on"),
        (neighbor.password, f'password "{neighbor.password}"'),
        (neighbor.ttl_security, "ttl security on"),
        (neighbor.two_octet_as, "enable as4 off"),
        (neighbor.name == "large", "enable extended messages on"),
        (neighbor.role, f"local role {neighbor.role}"),
        (neighbor.restart_time, f"graceful restart time {neighbor.restart_time}"),
        (neighbor.long_lived, f"long lived graceful restart on; long lived stale time {neighbor.long_lived}"),
    ):
        if wanted:
            options.append(words)
    limit = f"import limit {neighbor.limit} action disable;" if neighbor.limit else ""
    paths = "add paths on;" if neighbor.add_path else ""
    channels = ""
    for family in neighbor.families:
        hop = "extended next hop on;" if neighbor.extended_next_hop and family == "ipv4" else ""
        channels += f"{family} {{ import all; export all; {limit} {paths} {hop} }};"
    return f"""
protocol bgp {_name(neighbor)} {{
  local {neighbor.theirs} as {THEIR_ASN}; {who}; {"; ".join(options)};
  {channels}
}}
"""
