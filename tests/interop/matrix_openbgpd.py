"""OpenBGPD in the matrix."""

from collections.abc import Iterable
from typing import Any

from tests.interop.matrix_neighbors import NEIGHBORS, ONE6, RANGE, THEIR_ASN, THEIRS, THEIRS6, Neighbor
from tests.interop.matrix_other import Other
from tests.interop.openbgpd import OpenBgpd


class OpenBgpdSide(Other):
    """OpenBGPD 7.7, as bgpctl tells."""

    name = "openbgpd"
    title = "OpenBGPD 7.7"
    _openbgpd: OpenBgpd

    def start(self, routes: Iterable[str]) -> None:
        """Start bgpd."""
        networks = "\n".join(f"network {prefix}" for prefix in (*routes, ONE6))
        text = f"""
AS {THEIR_ASN}
router-id {THEIRS}
listen on {THEIRS}
listen on {THEIRS6}
fib-update no
connect-retry 1
nexthop qualify via default
{networks}
{"".join(map(_neighbor, NEIGHBORS))}
allow from any
allow to any
"""
        self._openbgpd = OpenBgpd(self.namespace, self.folder, text)

    def kill(self) -> None:
        """Kill it."""
        self._openbgpd.kill()

    def stop(self) -> None:
        """Stop it."""
        self._openbgpd.stop()

    def log(self) -> str:
        """Return its log."""
        return self._openbgpd.log()

    def is_established(self, neighbor: Neighbor) -> bool:
        """Ask for the neighbor."""
        return any(each.get("state") == "Established" for each in self._neighbors(neighbor))

    def held(self, neighbor: Neighbor) -> dict[str, int]:
        """Ask for the Adj-RIB-In of the neighbor."""
        found: dict[str, int] = {}
        for row in self._openbgpd.ask_json("show", "rib").get("rib", []):
            if row.get("neighbor", {}).get("remote_addr") == neighbor.address:
                found[row["prefix"]] = found.get(row["prefix"], 0) + 1
        return found

    def words_on(self, neighbor: Neighbor, prefix: str) -> str:
        """Ask for the route."""
        return self._openbgpd.ask("show", "rib", "detail", prefix, check=False)

    def end(self, neighbor: Neighbor) -> str:
        """Ask for the neighbor, and return what it logs of it."""
        lines = [line for line in self.log().splitlines() if f" {neighbor.address}:" in line]
        return self._openbgpd.ask("show", "neighbor", neighbor.address, check=False) + "\n".join(lines)

    def connect(self, neighbor: Neighbor) -> None:
        """Take the neighbor down and up again."""
        for word in ("down", "up"):
            self._openbgpd.ask("neighbor", neighbor.address, word)

    def shut_down(self, neighbor: Neighbor, words: str) -> None:
        """Take the neighbor down with a reason."""
        self._openbgpd.ask("neighbor", neighbor.address, "down", words)

    def reset(self, neighbor: Neighbor) -> None:
        """Clear the neighbor."""
        self._openbgpd.ask("neighbor", neighbor.address, "clear")

    def ask_refresh(self, neighbor: Neighbor) -> None:
        """Ask for a refresh."""
        self._openbgpd.ask("neighbor", neighbor.address, "refresh")

    def refreshes(self, neighbor: Neighbor) -> int:
        """Return its counter."""
        return int(self._neighbors(neighbor)[0]["stats"]["message"]["received"]["route_refresh"])

    def _neighbors(self, neighbor: Neighbor) -> list[Any]:
        found: list[Any] = self._openbgpd.ask_json("show", "neighbor", neighbor.address).get("neighbors", [])
        return found


def _neighbor(neighbor: Neighbor) -> str:
    options = [f"remote-as {neighbor.asn}", "holdtime 90"]
    options += [f"announce {family.replace('ip', 'IP')} unicast" for family in neighbor.families]
    for wanted, words in (
        (not neighbor.active, "passive"),
        (not neighbor.ranged, f"local-address {neighbor.theirs}"),
        (neighbor.password, f'tcp md5sig password "{neighbor.password}"'),
        (neighbor.ttl_security, "ttl-security yes"),
        (neighbor.two_octet_as, "announce as-4byte no"),
        (neighbor.add_path, "announce add-path recv yes"),
        (neighbor.add_path, "announce add-path send all"),
        (neighbor.role, f"announce policy {neighbor.role}"),
        (neighbor.limit, f"max-prefix {neighbor.limit}"),
        (neighbor.name == "marked", "announce enhanced refresh yes"),
    ):
        if wanted:
            options.append(words)
    who = RANGE if neighbor.ranged else neighbor.address
    return f"neighbor {who} {{\n" + "".join(f"    {line}\n" for line in options) + "}\n"
