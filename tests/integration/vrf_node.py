"""A node with two VRFs that use the same addresses, and what ``ip`` prints of their tables."""

from pathlib import Path
from typing import Any, Final

import pytest

from tests.integration.fib_node import OURS
from tests.support.netns import Namespace, Namespaces

TABLES: Final = {"red": 1010, "blue": 20}
INTERFACES: Final = {"red": "r0", "blue": "b0"}
ENDS: Final = {"red": "r1", "blue": "b1"}
"""The other ends of the interfaces."""
HERE, HERE6 = "10.0.0.1", "2001:db8::1"
THERE, THERE6 = "10.0.0.2", "2001:db8::2"
"""The neighbour's addresses, in both VRFs."""


class VrfNode:
    """A node with two VRFs, and an interface e0 (10.9.0.1/24) that is in none.

    What the interfaces of the VRFs lead to, r1 and b1, belongs to neighbours, once somebody makes them.
    """

    def __init__(self, namespaces: Namespaces, folder: Path) -> None:
        """Make it; ``folder`` is the test's own."""
        self.node = namespaces.node("pe")
        self._batch = folder / "batch"
        for vrf, interface in INTERFACES.items():
            self.make(vrf)
            self._do(f"link add {interface} type veth peer name {ENDS[vrf]}", f"link set {ENDS[vrf]} up")
            self.enslave(vrf)
        self._do("link add e0 type dummy", "link set e0 up", "addr add 10.9.0.1/24 dev e0")

    def make(self, vrf: str, table: int | None = None) -> None:
        """Make a VRF's device."""
        self._do(f"link add {vrf} type vrf table {table or TABLES[vrf]}", f"link set {vrf} up")

    def enslave(self, vrf: str) -> None:
        """Put a VRF's interface into it, with its addresses."""
        interface = INTERFACES[vrf]
        addresses = (f"addr replace {address} dev {interface}" for address in (f"{HERE}/24", f"{HERE6}/64"))
        self._do(f"link set {interface} master {vrf} up", *addresses)

    def give(self, end: str, neighbor: Namespace) -> None:
        """Give an end of a cable, with its addresses, to a neighbour."""
        self.node.ip("link", "set", end, "netns", neighbor.name)
        neighbor.ip("link", "set", end, "up")
        for address in (f"{THERE}/24", f"{THERE6}/64"):
            neighbor.ip("addr", "add", address, "dev", end)

    def connect(self, vrf: str, network: str) -> None:
        """Connect a VRF to a network of its own; the address here is its first."""
        address, _, length = network.rpartition(".0/")
        interface = f"{vrf}-own"
        self._do(
            f"link add {interface} type dummy",
            f"link set {interface} master {vrf} up",
            f"addr add {address}.1/{length} dev {interface}",
        )

    def ours(self, vrf: str, family: str = "-4") -> list[dict[str, Any]]:
        """Return the routes of our protocol in a VRF."""
        return self.node.ip_json(family, "route", "show", "vrf", vrf, "proto", str(OURS))

    def gateways(self, vrf: str, family: str = "-4") -> dict[str, tuple[str, str]]:
        """Return gateway and interface of our unicast routes in a VRF; of a group of one next hop those of that."""
        rows = {row["dst"]: row.get("nexthops", [row])[0] for row in self.ours(vrf, family) if "type" not in row}
        return {prefix: (row["gateway"], row["dev"]) for prefix, row in rows.items()}

    def others(self, *vrfs: str) -> list[list[dict[str, Any]]]:
        """Return all routes of the main table and of the VRFs named, IPv4 and IPv6, without their ages."""
        tables = [("table", "main"), *(("vrf", vrf) for vrf in vrfs)]
        return [self.node.ip_json(family, "route", "show", *where) for where in tables for family in ("-4", "-6")]

    def _do(self, *lines: str) -> None:
        """Do several things with one ip: a process costs a lot in a guest kernel."""
        self._batch.write_text("\n".join(lines), encoding="ascii")
        self.node.ip("-batch", str(self._batch))


@pytest.fixture
def pe(namespaces: Namespaces, tmp_path: Path) -> VrfNode:
    """Make a node with two VRFs."""
    return VrfNode(namespaces, tmp_path)
