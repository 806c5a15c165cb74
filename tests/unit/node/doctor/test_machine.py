"""Reading this machine: what the kernel shows to anybody."""

import os
import socket
from pathlib import Path

from bgpkit_node.doctor import read_machine
from bgpkit_node.doctor.machine import tunnel_modules


def test_this_machine_is_read_without_rights() -> None:
    """Its loopback interface, its forwarding, and a port on which this test listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        machine = read_machine()
    loopback = machine.link("lo")
    assert loopback is not None
    assert machine.sysctls["ipv4/ip_forward"] == Path("/proc/sys/net/ipv4/ip_forward").read_text().strip()
    assert port in machine.listening
    assert port not in read_machine().listening
    assert machine.link("none") is None


def test_a_tunnel_is_known_where_the_system_says_of_it(tmp_path: Path) -> None:
    """Loaded, built in, to be loaded, or missing; without a list of modules nothing is said."""
    assert tunnel_modules(tmp_path) == {}
    (tmp_path / "sys/module/vxlan").mkdir(parents=True)
    assert tunnel_modules(tmp_path) == {"vxlan": True}
    folder = tmp_path / "lib/modules" / os.uname().release
    folder.mkdir(parents=True)
    (folder / "modules.dep").write_text("kernel/net/ipv4/fou.ko.xz:\n", encoding="utf-8")
    assert tunnel_modules(tmp_path) == {"ipip": False, "vxlan": True}
    (folder / "modules.builtin").write_text("kernel/net/ipv4/ipip.ko\n", encoding="utf-8")
    assert tunnel_modules(tmp_path) == {"ipip": True, "vxlan": True}
