"""The names of routing protocols, as ``ip route`` knows them: ``static`` is 4."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Final

from bgpkit.errors import ConfigError
from bgpkit.fib.netlink import uapi

_FOLDERS: Final = (Path("/usr/share/iproute2"), Path("/usr/lib/iproute2"), Path("/etc/iproute2"))
"""Where iproute2 keeps its names; what comes later goes before. ip-route(8)."""
_LINE: Final = re.compile(r"\s*(0x[0-9a-fA-F]{1,2}|\d{1,3})\s+(\S+)")
_BUILT_IN: Final[Mapping[str, int]] = {
    "unspec": 0,
    "redirect": 1,
    "kernel": uapi.RTPROT_KERNEL,
    "boot": 3,
    "static": 4,
    "gated": 8,
    "ra": 9,
    "mrt": 10,
    "zebra": 11,
    "bird": 12,
    "dnrouted": 13,
    "xorp": 14,
    "ntk": 15,
    "dhcp": 16,
    "mrouted": 17,
    "keepalived": 18,
    "babel": 42,
    "openr": 99,
    "bgp": 186,
    "isis": 187,
    "ospf": 188,
    "rip": 189,
    "eigrp": 192,
}
"""linux/rtnetlink.h."""
LOWEST_OWN: Final = 5
"""Lower protocol numbers are the kernel's and the administrator's: kernel 2, boot 3, static 4."""


def protocol_number(protocol: str | int, *, lowest: int = 0) -> int:
    """Return the number of a protocol that is given by number or by name; ConfigError when there is none.

    ``connected`` is another word for ``kernel``: the networks of our own interfaces. An error names what can be chosen
    from ``lowest`` on: where our own routes are meant, from ``LOWEST_OWN`` on.
    """
    if isinstance(protocol, str) and not protocol.isdecimal():
        names = protocol_names()
        if protocol not in names:
            near = get_close_matches(protocol, [name for name, each in names.items() if each >= lowest], 1, 0.6)
            known = ", ".join(name for name, number in names.items() if number >= lowest)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {known}, and {lowest} to 255"
            raise ConfigError(f"there is no routing protocol {protocol!r}; {hint}")
        return names[protocol]
    number = int(protocol)
    if not 0 <= number <= 255:
        raise ConfigError(f"protocol {number} is no protocol number of a route; choose {lowest} to 255")
    return number


@cache
def protocol_names() -> Mapping[str, int]:
    """Return the numbers by name: those that all know, and what iproute2 is told on this machine; read once."""
    return read_protocol_names(*_FOLDERS)


def read_protocol_names(*folders: Path) -> Mapping[str, int]:
    """Return the numbers by name, those of ``rt_protos`` and ``rt_protos.d/*.conf`` in ``folders`` among them."""
    names = {"connected": uapi.RTPROT_KERNEL, **_BUILT_IN}
    for folder in folders:
        for file in (folder / "rt_protos", *sorted(folder.glob("rt_protos.d/*.conf"))):
            try:
                text = file.read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            names.update(filter(None, map(_entry, text.splitlines())))
    return names


def _entry(line: str) -> tuple[str, int] | None:
    """Return name and number in a line of ``rt_protos``; None for a comment and for what cannot be a protocol."""
    found = _LINE.match(line)
    if found is None:
        return None
    number = int(found[1], 16) if found[1].startswith("0x") else int(found[1])
    return (found[2], number) if number <= 255 else None
