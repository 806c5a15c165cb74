"""Peers that nobody has named one by one: whoever connects from a range of addresses, or on an interface."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from math import inf
from typing import Final

from bgpkit.errors import ConfigError
from bgpkit.speaker.config import PeerConfig
from bgpkit.speaker.identity import canonical_address
from bgpkit.speaker.stranger_limits import NewPeerRate
from bgpkit_rib import Prefix

_NOT_CONFIGURED: Final = "not configured"
Configure = Callable[[str], PeerConfig]
"""Takes an address and returns what the peer there is to be."""


@dataclass(frozen=True, slots=True)
class PeerRange:
    """Where peers may connect from."""

    name: str
    """The prefix, or the interface."""
    prefix: Prefix | None
    configure: Configure
    limit: int
    """Peers of this range at the same time, at most."""
    rate: NewPeerRate | None = None
    """How many new ones may come in a second; None: however many."""

    def __str__(self) -> str:
        """Return what the range is called in sentences."""
        return f"interface {self.name}" if self.prefix is None else f"peer range {self.name}"


class PeerRanges:
    """The ranges of a speaker; of several that hold an address the longest counts, before them all its interface."""

    def __init__(self) -> None:
        """Start without ranges."""
        self._ranges: dict[str, PeerRange] = {}
        self._used: dict[str, PeerRange] = {}
        self._counts: dict[str, int] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The ranges and interfaces that peers may come from."""
        return tuple(self._ranges)

    def add(self, prefix: str | Prefix, configure: Configure, limit: int, rate: float | None = None) -> str:
        """Add a range and return its name; ConfigError when it is there already, or is none."""
        parsed = _parsed(prefix)
        if rate is not None and not 0 < rate < inf:
            raise ConfigError(f"peer range {parsed}: rate {rate:g} is not more than 0 new peers in a second")
        return self._add(PeerRange(str(parsed), parsed, configure, limit, None if rate is None else NewPeerRate(rate)))

    def add_interface(self, interface: str, configure: Configure, limit: int) -> None:
        """Add the link-local addresses of an interface; ConfigError when it is there already."""
        self._add(PeerRange(interface, None, configure, limit))

    def name_of(self, prefix: str | Prefix) -> str:
        """Return what a range or an interface is known by here; ConfigError for what can be neither."""
        return str(prefix) if str(prefix) in self._ranges else str(_parsed(prefix))

    def remove(self, prefix: str | Prefix) -> list[str]:
        """Remove a range, or an interface, and return the addresses of the peers that came from it.

        ConfigError when there is none.
        """
        name = self.name_of(prefix)
        if self._ranges.pop(name, None) is None:
            known = ", ".join(self._ranges) or "none"
            raise ConfigError(f"there is no peer range {name}; configured: {known}")
        return [address for address, used in self._used.items() if used.name == name]

    def admit(self, address: str) -> PeerConfig | str:
        """Return what the peer at ``address`` is to be, or why it is to be nothing.

        ConfigError when its range makes another peer of it.
        """
        chosen = self._open_to(address)
        if isinstance(chosen, str):
            return chosen
        if chosen.rate is not None:
            chosen.rate.take()
        config = chosen.configure(address)
        if config.address != canonical_address(address):
            raise ConfigError(f"its range made peer {config.address} of it; a peer has the address it comes from")
        self.forget(config.address)
        self._used[config.address] = chosen
        self._counts[chosen.name] = self._counts.get(chosen.name, 0) + 1
        return config

    def refusal(self, address: str) -> str:
        """Return why no peer can come from ``address`` now; nothing when one can."""
        chosen = self._open_to(address) if self._ranges else _NOT_CONFIGURED
        return chosen if isinstance(chosen, str) else ""

    def has(self, address: str) -> bool:
        """Tell whether the peer at ``address`` came from a range."""
        return address in self._used

    def forget(self, address: str) -> None:
        """Take note that the peer at ``address`` is gone."""
        used = self._used.pop(address, None)
        if used is not None:
            self._counts[used.name] -= 1

    def _add(self, added: PeerRange) -> str:
        if added.name in self._ranges:
            raise ConfigError(f"{added} exists already; remove it first")
        if added.limit < 1:
            raise ConfigError(f"{added}: limit {added.limit} is less than 1 peer")
        self._ranges[added.name] = added
        return added.name

    def _open_to(self, address: str) -> PeerRange | str:
        """Return the range that takes a new peer at an address now, or why there is none."""
        chosen = self._holding(address)
        if isinstance(chosen, str):
            return chosen
        if self._counts.get(chosen.name, 0) >= chosen.limit:
            return f"{chosen} has its {chosen.limit} peers already"
        if chosen.rate is not None and not chosen.rate.allows():
            return f"{chosen} has taken its {chosen.rate.rate:g} new peers a second"
        return chosen

    def _holding(self, address: str) -> PeerRange | str:
        """Return the range that counts for an address, or why there is none."""
        host, _, interface = address.partition("%")
        try:
            known = ip_address(host)
        except ValueError:
            return "its address is not known"
        if interface in self._ranges:
            return self._ranges[interface]
        whole = Prefix.parse(f"{known}/{known.max_prefixlen}")
        lengths = {
            each.prefix.length: each
            for each in self._ranges.values()
            if each.prefix is not None and _holds(each.prefix, whole)
        }
        return lengths[max(lengths)] if lengths else _NOT_CONFIGURED


def _parsed(prefix: str | Prefix) -> Prefix:
    try:
        return Prefix.parse(prefix) if isinstance(prefix, str) else prefix
    except ValueError as error:
        raise ConfigError(f"peer range {prefix}: {error}") from None


def _holds(prefix: Prefix, host: Prefix) -> bool:
    return prefix.width == host.width and prefix.contains(host)
