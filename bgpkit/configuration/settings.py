"""What a configuration file says beside its peers: one value for each of its tables."""

from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, ip_address
from typing import Self

from bgpkit.errors import ConfigError
from bgpkit.rpki import RTR_PORT, RtrCache
from bgpkit.speaker import Confederation, LivenessDetector, NextHopResolver, Speaker
from bgpkit.transport import BGP_PORT, Network
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import DecisionOptions, PathAttributes, Prefix


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address and a port: ``192.0.2.1:179``, ``[2001:db8::1]:179``, or the address alone."""

    address: str
    port: int = BGP_PORT

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return what a text writes; ValueError when it writes none."""
        address, port = text, str(BGP_PORT)
        if text.startswith("[") or text.count(":") == 1:
            address, _, port = text.rpartition(":")
            if text.endswith("]"):
                address, port = text, str(BGP_PORT)
        address = address.removeprefix("[").removesuffix("]")
        try:
            ip_address(address)
        except ValueError:
            raise ValueError(
                f"{text!r} is not ADDRESS or ADDRESS:PORT, such as 192.0.2.1 or [2001:db8::1]:179"
            ) from None
        if not (port.isascii() and port.isdecimal() and int(port) <= 65535):
            raise ValueError(f"{text!r}: port {port!r} is not between 0 and 65535")
        return cls(address, int(port))

    def __str__(self) -> str:
        """Return the text that `parse` reads."""
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


class Stop(Enum):
    """How a daemon ends when it is told to."""

    CEASE = "cease"
    """Peers are told, and drop our routes."""
    GRACEFUL = "graceful"
    """Sessions are closed without a word, so that peers keep our routes for our return. RFC 4724."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerSettings:
    """The table ``[speaker]``: what a `Speaker` is made of, and how it ends."""

    asn: int
    bgp_identifier: IPv4Address
    listen: tuple[Endpoint, ...] = ()
    cluster_id: IPv4Address | None = None
    families: tuple[Family, ...] = (IPV4_UNICAST, IPV6_UNICAST)
    selection_deferral_time: float = 60.0
    decision: DecisionOptions = field(default_factory=DecisionOptions)
    client_to_client: bool = True
    confederation: Confederation | None = None
    stop: Stop = Stop.CEASE

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        self.speaker()

    def speaker(
        self,
        *,
        network: Network | None = None,
        next_hops: NextHopResolver | None = None,
        liveness: LivenessDetector | None = None,
        restarting: bool = False,
        listening: bool = True,
    ) -> Speaker:
        """Return a speaker that is so; what a file cannot say is given here. Without ``listening`` it only dials."""
        return Speaker(
            asn=self.asn,
            bgp_identifier=self.bgp_identifier,
            listen=[(each.address, each.port) for each in self.listen] if listening else (),
            cluster_id=self.cluster_id,
            families=self.families,
            restarting=restarting,
            selection_deferral_time=self.selection_deferral_time,
            decision=self.decision,
            client_to_client=self.client_to_client,
            confederation=self.confederation,
            next_hops=next_hops,
            network=network,
            liveness=liveness,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A table of ``[[announcements]]``: destinations of our own that share their attributes."""

    prefixes: tuple[Prefix, ...]
    family: Family | None = None
    """None: the unicast family of each prefix."""
    path_id: int = 0
    attributes: PathAttributes = field(default_factory=PathAttributes)

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not self.prefixes:
            raise ConfigError("prefixes is empty; name at least one")
        if not 0 <= self.path_id < 1 << 32:
            raise ConfigError(f"path_id {self.path_id} is not between 0 and {(1 << 32) - 1}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """A table of ``[[aggregates]]``."""

    prefix: Prefix
    as_set: bool = False
    """What contributing routes say is merged: AS numbers into an AS_SET, communities. RFC 9774 is against it."""
    keep_as_path: bool = False
    """AS_PATH is what the AS_PATHs of all begin with; else it is empty."""
    summary_only: bool = False
    """The more specific routes are not sent to anyone."""
    matching_med: bool = False
    """It is announced only while all contributing routes have the same MULTI_EXIT_DISC."""
    always: bool = False
    """It is announced without contributing routes, too."""
    attributes: PathAttributes | None = None
    """What it says beside ORIGIN, AS_PATH, ATOMIC_AGGREGATE and AGGREGATOR."""


def _cache(text: str) -> RtrCache:
    """Return the cache that a text names: ``HOST``, ``HOST:PORT``, ``[2001:db8::1]:3323``."""
    host, port = text, str(RTR_PORT)
    if (text.startswith("[") and not text.endswith("]")) or text.count(":") == 1:
        host, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdecimal()):
        raise ConfigError(f"caches: {text!r} is not HOST or HOST:PORT, such as rpki.example.net:3323")
    return RtrCache(host.removeprefix("[").removesuffix("]"), int(port))


@dataclass(frozen=True, slots=True, kw_only=True)
class RpkiSettings:
    """The table ``[rpki]``: where ROAs come from, caches in order of preference or a file."""

    caches: tuple[str, ...] = ()
    roas_file: str = ""
    """A file of ROAs in JSON, as validators write them; read at each start and each reload."""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if bool(self.caches) is bool(self.roas_file):
            raise ConfigError("ROAs come from caches or from roas_file; give one of the two")
        for cache in self.rtr_caches():
            cache.check()

    def rtr_caches(self) -> tuple[RtrCache, ...]:
        """Return the caches, the best first; ConfigError for a text that is none."""
        return tuple(map(_cache, self.caches))


@dataclass(frozen=True, slots=True, kw_only=True)
class BfdSettings:
    """The table ``[bfd]``: who watches the paths to peers that have ``bfd`` options."""

    socket: str = ""
    """That of ``bgpkit bfd``, a process that outlives a restart; empty: this process itself."""
    listen: tuple[str, ...] = ()
    """Addresses that packets are taken at; none: all. Not with ``socket``."""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if self.socket and self.listen:
            raise ConfigError("listen is for 'bgpkit bfd' itself where there is a socket; leave it out")
        for address in self.listen:
            try:
                ip_address(address)
            except ValueError:
                raise ConfigError(f"listen: {address!r} is not an IPv4 or IPv6 address") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSettings:
    """The table ``[control]``: the local socket that commands ask."""

    socket: str = ""
    """Its path; empty: the usual one."""
    group: str = ""
    """The group whose members may ask, too; empty: nobody but the daemon's own user and root."""


class LogLevel(Enum):
    """What is said on standard error."""

    QUIET = "quiet"
    INFO = "info"
    DEBUG = "debug"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """The table ``[log]``."""

    level: LogLevel = LogLevel.INFO


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerRange:
    """A table of ``[[peers]]`` with ``range`` or ``interface``: who comes from there becomes a peer."""

    name: str
    """The range, ``192.0.2.0/24``, or the interface, ``eth0``."""
    interface: bool = False
    limit: int = 10_000
    """Peers at the same time, at most."""
    rate: float | None = None
    """New peers in a second, at most; None: no bound. Of a range only."""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if self.limit < 1:
            raise ConfigError(f"limit {self.limit} is less than 1 peer")
        if self.rate is not None and (self.rate <= 0 or self.interface):
            raise ConfigError(f"rate {self.rate} is not more than 0 peers a second, and of a range")
