"""What an examination reads of this machine, all of it without rights; blocks."""

import os
import re
import socket
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bgpkit_node.cni.pod_layout import host_sysctls
from bgpkit_node.kernel import KernelError, Link, Netlink, Route, read_sysctl
from bgpkit_node.startup.host_interface import HostInterface

POD_DEVICE: Final = "cali"
_LISTEN: Final = "0A"
_TCP_MD5SIG: Final = 14
_MODULES: Final = ("ipip", "vxlan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Links, addresses, routes, sysctls and listening ports of the network namespace, as they were read."""

    links: tuple[Link, ...] = ()
    interfaces: tuple[HostInterface, ...] = ()
    routes: tuple[Route, ...] = ()
    sysctls: Mapping[str, str] = field(default_factory=dict[str, str])
    """By the path below ``net/``; those that cannot be read are not here."""
    listening: frozenset[int] = frozenset()
    modules: Mapping[str, bool] = field(default_factory=dict[str, bool])
    """Whether the kernel has what a tunnel needs; only where that can be told."""
    signs_tcp: bool = True
    """Whether the kernel signs TCP segments. RFC 2385."""

    def link(self, name: str) -> Link | None:
        """Return the interface called ``name``."""
        return next((link for link in self.links if link.name == name), None)

    def pod_links(self) -> tuple[Link, ...]:
        """Return the host's sides of pods."""
        return tuple(link for link in self.links if link.name.startswith(POD_DEVICE))


def read_machine() -> Machine:
    """Read it all; raises KernelError when the kernel does not tell its links or routes."""
    with Netlink() as netlink:
        links = netlink.links()
        routes = netlink.routes()
        interfaces = tuple(
            HostInterface(name=link.name, up=link.up, addresses=netlink.addresses(link.index)) for link in links
        )
    pods = (name for link in links if link.name.startswith(POD_DEVICE) for name, _ in host_sysctls(link.name, (4,)))
    filters = (f"ipv4/conf/{link.name}/rp_filter" for link in links)
    return Machine(
        links=links,
        interfaces=interfaces,
        routes=routes,
        sysctls=_sysctls(("ipv4/ip_forward", "ipv6/conf/all/forwarding", "ipv4/conf/all/rp_filter", *filters, *pods)),
        listening=_listening(),
        modules=tunnel_modules(Path("/")),
        signs_tcp=_signs_tcp(),
    )


def _sysctls(names: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        try:
            found[name] = read_sysctl(name)
        except KernelError:
            continue
    return found


def _listening() -> frozenset[int]:
    """Return the TCP ports that someone listens on, as /proc/net/tcp shows them to anybody."""
    ports: set[int] = set()
    for name in ("tcp", "tcp6"):
        try:
            lines = Path(f"/proc/thread-self/net/{name}").read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            _, local, _, state, *_ = line.split()
            if state == _LISTEN:
                ports.add(int(local.rpartition(":")[2], 16))
    return frozenset(ports)


def tunnel_modules(root: Path) -> dict[str, bool]:
    """Tell of each tunnel whether the kernel below ``root`` has it: loaded, built in, or to be loaded.

    What nothing is said of is left out.
    """
    folder = root / "lib/modules" / os.uname().release
    listed = ""
    for name in ("modules.builtin", "modules.dep"):
        try:
            listed += (folder / name).read_text(encoding="utf-8")
        except OSError:
            continue
    found: dict[str, bool] = {}
    for module in _MODULES:
        if (root / "sys/module" / module).exists():
            found[module] = True
        elif listed:
            found[module] = re.search(rf"(^|/){module}\.ko", listed, re.MULTILINE) is not None
    return found


def _signs_tcp() -> bool:
    """Tell whether a key for TCP segments can be set; nothing is sent."""
    address = struct.pack("=HH4s120x", socket.AF_INET, 0, socket.inet_aton("192.0.2.1"))
    option = address + struct.pack("=BBHi80s", 0, 0, 1, 0, b"k")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.setsockopt(socket.IPPROTO_TCP, _TCP_MD5SIG, option)
        except OSError:
            return False
    return True
