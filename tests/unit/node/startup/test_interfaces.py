"""The machine's interfaces, as ``ip`` shows them."""

import pytest

from bgpkit_node.startup.interfaces import host_interfaces
from tests.support.netns import Namespaces

pytestmark = pytest.mark.netns


def test_interfaces_are_those_that_ip_shows(namespaces: Namespaces) -> None:
    """Name, state and addresses of either family, in the same order."""
    machine = namespaces.node()
    for number, name in enumerate(("eth1", "eth0", "docker0")):
        machine.ip("link", "add", name, "type", "bridge")
        machine.ip("addr", "add", f"10.9.{number}.1/24", "dev", name)
        machine.ip("addr", "add", f"fd00:{number}::1/64", "dev", name)
        if name != "docker0":
            machine.ip("link", "set", name, "up")
    machine.ip("addr", "add", "10.8.0.1/24", "dev", "eth0")
    shown = [
        (
            row["ifname"],
            "UP" in row["flags"],
            [f"{a['local']}/{a['prefixlen']}" for a in row["addr_info"] if a["scope"] != "link"],
        )
        for row in machine.ip_json("addr")
    ]
    with machine.entered():
        found = [(each.name, each.up, [str(address) for address in each.addresses]) for each in host_interfaces()]
    assert found == shown
