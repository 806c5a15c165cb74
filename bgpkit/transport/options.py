"""What is wanted of a peer's TCP connections."""

import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields
from typing import Final

from bgpkit.errors import ConfigError
from bgpkit.transport.field_kinds import check_kinds
from bgpkit.transport.secret import Secret

KEY_LENGTH_MAX: Final = 80
"""Octets of a TCP-MD5 or TCP-AO key that Linux takes (TCP_MD5SIG_MAXKEYLEN, TCP_AO_MAXKEYLEN)."""
DSCP_CS6: Final = 48
"""Internetwork control, the usual marking of routing protocols. RFC 4594, section 3.1."""
_DEVICE_LENGTH_MAX: Final = 15
_RANGES: Final = (
    ("source_port", 1, 65535, ""),
    ("ttl_security", 1, 254, " hops; 1 is a neighbour on the same link"),
    ("multihop", 1, 255, " hops"),
    ("dscp", 0, 63, ""),
)

_ALTERABLE: Final = frozenset({"md5_key", "dscp", "user_timeout"})

Dialer = Callable[[str, int], Awaitable[socket.socket]]
"""Takes a peer's address and port and returns a connected TCP socket; OSError says why there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AoKey:
    """A key of the TCP Authentication Option. RFC 5925, section 3.1."""

    secret: Secret
    send_id: int
    """SendID, 0 to 255: which key the other side is to check with."""
    receive_id: int
    """RecvID, 0 to 255: which key the other side says it has signed with."""
    algorithm: str = "hmac(sha1)"
    """The kernel's name; RFC 5926 asks for ``hmac(sha1)`` and ``cmac(aes128)``."""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        check_kinds(self, "transport: ao_keys")
        _check_key("ao_keys", self.secret)
        for field, value in (("send_id", self.send_id), ("receive_id", self.receive_id)):
            if not 0 <= value <= 255:
                raise ConfigError(f"transport: ao_keys {field} {value} is not between 0 and 255")
        if not 1 <= len(self.algorithm.encode()) < 64:
            raise ConfigError(f"transport: ao_keys algorithm {self.algorithm!r} is not a name the kernel could know")


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportOptions:
    """Options of a peer's TCP connections, those that we open and those that it opens. ConfigError names a wrong one.

    What the kernel has to say of them, `Network.check` tells.
    """

    source_port: int | None = None
    """The port that our connections come from; None: the kernel's choice."""
    device: str | None = None
    """Only through this interface (SO_BINDTODEVICE)."""
    netns: str | None = None
    """Connect from this network namespace: a name of ``ip netns``, or a path such as ``/proc/42/ns/net``.

    To be connected to there, give the speaker a listening socket of that namespace.
    """
    md5_key: Secret | None = None
    """Sign segments, and take none that are not signed, with this key, 1 to 80 octets. RFC 2385."""
    ao_keys: tuple[AoKey, ...] = ()
    """Sign with these keys, the first of them first; in place of ``md5_key``. RFC 5925, needs Linux 6.7."""
    ttl_security: int | None = None
    """Hops to the peer at most: what has come a longer way is dropped. None takes all. RFC 5082, section 3."""
    multihop: int | None = None
    """TTL of what we send; None: the kernel's default, mostly 64. 1 keeps it on the link."""
    dscp: int = DSCP_CS6
    """Marking of what we send, 0 to 63. RFC 2474, section 3."""
    user_timeout: float | None = None
    """Seconds that sent octets may stay unacknowledged before the connection is lost; None: the kernel's. RFC 5482."""
    dialer: Dialer | None = None
    """Opens our connections in place of the kernel's connect, through a proxy for instance.

    What has to be set before a connection is there, the keys among it, is the dialer's own business.
    """

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        check_kinds(self, "transport")
        for field, lowest, highest, hint in _RANGES:
            value: int | None = getattr(self, field)
            if value is not None and not lowest <= value <= highest:
                raise ConfigError(f"transport: {field} {value} is not between {lowest} and {highest}{hint}")
        if self.md5_key is not None:
            _check_key("md5_key", self.md5_key)
        if self.device is not None and not 1 <= len(self.device.encode()) <= _DEVICE_LENGTH_MAX:
            raise ConfigError(f"transport: device {self.device!r} is no interface name of 1 to 15 octets")
        if self.netns is not None and not self.netns:
            raise ConfigError("transport: netns is empty; give a name of 'ip netns' or a path, or None")
        if self.user_timeout is not None and not 0.001 <= self.user_timeout <= 2**31 / 1000:
            raise ConfigError(f"transport: user_timeout {self.user_timeout} is not between 0.001 and 2147483 seconds")
        self._check_together()

    def is_alterable_to(self, other: "TransportOptions") -> bool:
        """Tell whether open connections can be given ``other``: whether only MD5 key, DSCP or user timeout differ."""
        return all(
            getattr(self, field.name) == getattr(other, field.name)
            for field in fields(self)
            if field.name not in _ALTERABLE
        )

    def _check_together(self) -> None:
        if self.md5_key is not None and self.ao_keys:
            raise ConfigError("transport: md5_key and ao_keys cannot both sign; give one of them (RFC 5925, section 1)")
        if self.ttl_security is not None and self.multihop is not None:
            raise ConfigError("transport: ttl_security sends with TTL 255 itself; leave multihop out (RFC 5082)")
        for field in ("send_id", "receive_id"):
            if len({getattr(key, field) for key in self.ao_keys}) < len(self.ao_keys):
                raise ConfigError(f"transport: two ao_keys have the same {field}; give each its own")
        if self.dialer is not None:
            for field in ("source_port", "device", "netns"):
                if getattr(self, field) is not None:
                    raise ConfigError(f"transport: dialer opens sockets itself; {field} is for it to set")


DEFAULT_OPTIONS: Final = TransportOptions()
"""What a peer has unless told otherwise."""


def _check_key(field: str, secret: Secret) -> None:
    if not 1 <= len(secret) <= KEY_LENGTH_MAX:
        raise ConfigError(
            f"transport: {field} has {len(secret)} octets; the kernel takes 1 to {KEY_LENGTH_MAX}, choose another"
        )
