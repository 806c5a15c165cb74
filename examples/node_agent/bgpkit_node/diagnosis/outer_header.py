"""The header that a node puts around a packet, as its kernel makes it."""

from typing import Final

import msgspec

ECHO_LENGTHS: Final = {4: 84, 6: 104}
"""Octets of a packet of ping, by IP version."""


class OuterHeader(msgspec.Struct, frozen=True, kw_only=True):
    """What is around a packet between two nodes; the lengths are those of IP packets."""

    tunnel: str
    """``IPIP`` or ``VXLAN``."""
    protocol: int
    """That of the outer IP header: 4 is IP in IP, 17 is UDP."""
    source: str
    destination: str
    """The address of the node that unwraps it; empty: none is known, and the packet is dropped."""
    vni: int | None = None
    """VXLAN's network identifier. RFC 7348, section 5."""
    port: int | None = None
    """The UDP port that it goes to; that which it comes from is another for each flow."""
    overhead: int
    """Octets that it takes."""
    mtu: int
    """The longest packet that is wrapped."""
    route: str = ""
    """The route by which the wrapped packet leaves."""
    device: str = ""
    """The interface by which it leaves; empty: it is dropped."""
    device_mtu: int = 0
    gateway: str = ""
    """The router that it goes to first; empty: none is between."""
    ttl: int | None = None
    """Its TTL; None: that of the packet."""

    @property
    def what(self) -> str:
        """Return which sort of packet it makes."""
        if self.port is None:
            return f"IP protocol {self.protocol} ({self.tunnel})"
        return f"UDP port {self.port} ({self.tunnel}, VNI {self.vni})"
