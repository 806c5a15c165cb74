"""Where a cache is, and how its session stands."""

import ssl
from dataclasses import dataclass
from enum import Enum
from typing import Final

from bgpkit.errors import ConfigError

RTR_PORT: Final = 323
"""The port of unprotected RTR. RFC 8210, section 9."""


class RtrState(Enum):
    """Where a session with a cache stands."""

    CLOSED = "closed"
    """There is no connection."""
    QUERYING = "querying"
    """A query is out, the Cache Response has not come."""
    LOADING = "loading"
    """Data is coming in."""
    READY = "ready"
    """The data is complete."""
    WAITING = "waiting"
    """The cache has no data; it will be asked again."""


@dataclass(frozen=True, slots=True)
class RtrCache:
    """The address of a cache; plain TCP is for networks that are trusted. RFC 8210, section 9."""

    host: str
    port: int = RTR_PORT
    tls: ssl.SSLContext | None = None
    """How the cache is checked when it is spoken to over TLS."""

    def check(self) -> None:
        """Raise ConfigError unless there is a host and a port that can be."""
        if not self.host or not 1 <= self.port <= 65535:
            raise ConfigError(f"cache {self}: give a host and a port from 1 to 65535")

    def __str__(self) -> str:
        """Return host and port: ``192.0.2.1:323``, ``[2001:db8::1]:323``."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RtrCacheStatus:
    """The session with one cache, for people."""

    cache: RtrCache
    state: RtrState
    version: int
    serial: int | None
    """The serial number of its data, None while it would have to send all."""
    roas: int
    """How many of its ROAs are held."""
    serving: bool
    """Whether its data is what the client gives."""
    problem: str
    """Why the last connection or query failed; empty when the last one did not."""
