"""FRR in the matrix."""

from collections.abc import Iterable
from typing import Any

from tests.interop.matrix_neighbors import NEIGHBORS, ONE6, RANGE, THEIR_ASN, THEIRS, Neighbor
from tests.interop.matrix_other import Other
from tests.support.daemons import Frr


class FrrSide(Other):
    """FRR 8.4, as vtysh tells."""

    name = "frr"
    title = "FRR 8.4.4"
    _frr: Frr

    def start(self, routes: Iterable[str]) -> None:
        """Start zebra and bgpd."""
        self._frr = Frr(self.namespace, self.folder, _configuration(routes))

    def kill(self) -> None:
        """Kill both."""
        self._frr.kill()

    def stop(self) -> None:
        """Stop both."""
        self._frr.stop()

    def log(self) -> str:
        """Return their logs."""
        return self._frr.log()

    def is_established(self, neighbor: Neighbor) -> bool:
        """Ask for the neighbor."""
        return bool(self._neighbor(neighbor).get("bgpState") == "Established")

    def held(self, neighbor: Neighbor) -> dict[str, int]:
        """Ask for the routes of the neighbor; stale ones are not among those of ``neighbors ... routes``."""
        found: dict[str, int] = {}
        for family in neighbor.families:
            for prefix, paths in self._frr.ask_json(f"show bgp {family} unicast")["routes"].items():
                count = sum(path.get("peerId") == neighbor.address for path in paths)
                if count:
                    found[prefix] = count
        return found

    def words_on(self, neighbor: Neighbor, prefix: str) -> str:
        """Ask for the route."""
        family = "ipv6" if ":" in prefix else "ipv4"
        command = f"show bgp {family} unicast {prefix}"
        return self._frr.ask(command, f"{command} json")

    def end(self, neighbor: Neighbor) -> str:
        """Ask for the neighbor."""
        command = f"show bgp neighbors {neighbor.address}"
        return self._frr.ask(command, f"{command} json")

    def connect(self, neighbor: Neighbor) -> None:
        """Clear the session, which starts an attempt."""
        self._frr.ask(f"clear bgp {neighbor.address}", check=False)

    def shut_down(self, neighbor: Neighbor, words: str) -> None:
        """Shut the neighbor down with a message."""
        command = f"neighbor {neighbor.address} shutdown message {words}"
        self._frr.ask("configure terminal", f"router bgp {THEIR_ASN}", command)

    def reset(self, neighbor: Neighbor) -> None:
        """Clear the session."""
        self._frr.ask(f"clear bgp {neighbor.address}")

    def ask_refresh(self, neighbor: Neighbor) -> None:
        """Clear softly what comes in."""
        self._frr.ask(f"clear bgp ipv4 unicast {neighbor.address} in")

    def refreshes(self, neighbor: Neighbor) -> int:
        """Return its counter."""
        return int(self._neighbor(neighbor)["messageStats"]["routeRefreshRecv"])

    def _neighbor(self, neighbor: Neighbor) -> Any:
        return self._frr.ask_json(f"show bgp neighbors {neighbor.address}").get(neighbor.address, {})


def _configuration(routes: Iterable[str]) -> str:
    lines = [
        "log stdout",
        "debug bgp neighbor-events",
        f"router bgp {THEIR_ASN}",
        f" bgp router-id {THEIRS}",
        " no bgp ebgp-requires-policy",
        " no bgp network import-check",
        " no bgp default ipv4-unicast",
        " bgp graceful-restart preserve-fw-state",
        " bgp graceful-restart restart-time 6",
        " bgp long-lived-graceful-restart stale-time 600",
        " update-delay 1",  # End-of-RIB only after its own routes are in its table (RFC 4724, section 4.1)
        " coalesce-time 10",
        " neighbor guests peer-group",
        " neighbor guests remote-as 64512",
        f" bgp listen range {RANGE} peer-group guests",
    ]
    for neighbor in NEIGHBORS:
        lines += _neighbor(neighbor)
    for family in ("ipv4", "ipv6"):
        lines.append(f" address-family {family} unicast")
        lines += [f"  network {prefix}" for prefix in ((ONE6,) if family == "ipv6" else routes)]
        if family == "ipv4":
            lines.append("  neighbor guests activate")
        for neighbor in NEIGHBORS:
            if family in neighbor.families and not neighbor.ranged:
                lines += _activation(neighbor)
        lines.append(" exit-address-family")
    return "\n".join(lines) + "\n"


def _neighbor(neighbor: Neighbor) -> list[str]:
    if neighbor.ranged:
        return []
    options = [
        (True, f"remote-as {neighbor.asn}"),
        (True, "timers connect 1"),
        (not neighbor.active, "passive"),
        (neighbor.password, f"password {neighbor.password}"),
        (neighbor.ttl_security, "ttl-security hops 1"),
        (neighbor.two_octet_as, "dont-capability-negotiate"),
        (neighbor.extended_next_hop, "capability extended-nexthop"),
        (neighbor.role, f"local-role {neighbor.role}"),
        (neighbor.restart_time, "graceful-restart"),
    ]
    return [f" neighbor {neighbor.address} {words}" for wanted, words in options if wanted]


def _activation(neighbor: Neighbor) -> list[str]:
    options = [
        (True, "activate"),
        (neighbor.add_path, "addpath-tx-all-paths"),
        (neighbor.limit, f"maximum-prefix {neighbor.limit}"),
    ]
    return [f"  neighbor {neighbor.address} {words}" for wanted, words in options if wanted]
