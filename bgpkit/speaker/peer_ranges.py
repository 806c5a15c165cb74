"""Peers that nobody has named one by one: whoever connects from a range of addresses becomes one."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

from bgpkit.errors import ConfigError
from bgpkit.speaker.config import PeerConfig
from bgpkit_rib import Prefix

Configure = Callable[[str], PeerConfig]
"""Takes an address and returns what the peer there is to be."""


@dataclass(frozen=True, slots=True)
class PeerRange:
    """Addresses from which peers may connect."""

    prefix: Prefix
    configure: Configure
    limit: int
    """Peers of this range at the same time, at most."""


class PeerRanges:
    """The ranges of a speaker; of several that hold an address the longest counts."""

    def __init__(self) -> None:
        """Start without ranges."""
        self._ranges: dict[Prefix, PeerRange] = {}
        self._used: dict[str, PeerRange] = {}
        self._counts: dict[Prefix, int] = {}

    def add(self, prefix: str | Prefix, configure: Configure, limit: int) -> None:
        """Add a range; ConfigError when it is there already, or is none."""
        parsed = _parsed(prefix)
        if parsed in self._ranges:
            raise ConfigError(f"peer range {parsed} exists already; remove it first")
        if limit < 1:
            raise ConfigError(f"peer range {parsed}: limit {limit} is less than 1 peer")
        self._ranges[parsed] = PeerRange(parsed, configure, limit)

    def remove(self, prefix: str | Prefix) -> list[str]:
        """Remove a range and return the addresses of the peers that came from it; ConfigError when there is none."""
        parsed = _parsed(prefix)
        if self._ranges.pop(parsed, None) is None:
            known = ", ".join(map(str, self._ranges)) or "none"
            raise ConfigError(f"there is no peer range {parsed}; configured: {known}")
        return [address for address, used in self._used.items() if used.prefix == parsed]

    def admit(self, address: str) -> PeerConfig | str:
        """Return what the peer at ``address`` is to be, or why it is to be nothing."""
        try:
            known = ip_address(address.partition("%")[0])
        except ValueError:
            return "its address is not known"
        host = Prefix.parse(f"{known}/{known.max_prefixlen}")
        holding = [each for each in self._ranges.values() if _holds(each.prefix, host)]
        if not holding:
            return "not configured"
        chosen = max(holding, key=lambda each: each.prefix.length)
        if self._counts.get(chosen.prefix, 0) >= chosen.limit:
            return f"peer range {chosen.prefix} has its {chosen.limit} peers already"
        config = chosen.configure(address)
        self.forget(config.address)
        self._used[config.address] = chosen
        self._counts[chosen.prefix] = self._counts.get(chosen.prefix, 0) + 1
        return config

    def has(self, address: str) -> bool:
        """Tell whether the peer at ``address`` came from a range."""
        return address in self._used

    def forget(self, address: str) -> None:
        """Take note that the peer at ``address`` is gone."""
        used = self._used.pop(address, None)
        if used is not None:
            self._counts[used.prefix] -= 1


def _parsed(prefix: str | Prefix) -> Prefix:
    try:
        return Prefix.parse(prefix) if isinstance(prefix, str) else prefix
    except ValueError as error:
        raise ConfigError(f"peer range {prefix}: {error}") from None


def _holds(prefix: Prefix, host: Prefix) -> bool:
    return prefix.width == host.width and prefix.contains(host)
