"""By which interfaces routes go."""

import re
from typing import Final

from bgpkit import Prefix
from bgpkit.fib import Fib

_DEVICE: Final = re.compile(r"\bdev (\S+)")
_GATEWAY: Final = re.compile(r"\bvia (\S+)")


class Devices:
    """Looks interfaces up in the kernel's routes; what is known of our own is asked first, it costs nothing."""

    def __init__(self, fib: Fib) -> None:
        """Know nothing yet."""
        self._fib = fib
        self._by_gateway: dict[str, str] = {}
        self._by_prefix: dict[Prefix, str] | None = None

    async def towards(self, prefix: Prefix, gateway: str) -> str:
        """Return the interface behind which ``gateway`` is, a next hop to ``prefix``; empty when none is known."""
        for words in self._fib.state(prefix).present:
            self._learn(words)
        if gateway not in self._by_gateway:
            await self._read()
        return self._by_gateway.get(gateway, "")

    async def of(self, prefix: Prefix) -> str:
        """Return the interface by which the kernel reaches ``prefix`` itself, whosever the route is."""
        return (await self._read()).get(prefix, "")

    async def _read(self) -> dict[Prefix, str]:
        if self._by_prefix is None:
            self._by_prefix = {}
            async for route in self._fib.present():
                self._learn(route.words)
                if device := _DEVICE.search(route.words):
                    self._by_prefix[route.prefix] = device[1]
        return self._by_prefix

    def _learn(self, words: str) -> None:
        for hop in words.split("nexthop"):
            gateway, device = _GATEWAY.search(hop), _DEVICE.search(hop)
            if gateway and device:
                self._by_gateway[gateway[1]] = device[1]
