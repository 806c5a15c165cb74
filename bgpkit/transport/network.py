"""What a speaker asks of the network it lives in; TCP is one, a network in memory another."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from bgpkit.transport.options import TransportOptions

MakeProtocol = Callable[[], asyncio.BaseProtocol]


class Listener(Protocol):
    """A place where connections are accepted."""

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """The addresses and ports on which it listens."""
        ...

    def expect(self, remote: str, options: TransportOptions) -> None:
        """Let connections from ``remote``, an address or a prefix, begin as ``options`` say; again: change that.

        ConfigError when they cannot.
        """
        ...

    def forget(self, remote: str) -> None:
        """Take back what was said of ``remote``; of others nothing is done."""
        ...

    def close(self) -> None:
        """Accept no more connections; those that are open stay."""
        ...


class Network(Protocol):
    """Opens and accepts connections."""

    async def connect(
        self, make_protocol: MakeProtocol, *, remote: tuple[str, int], local: str | None, options: TransportOptions
    ) -> None:
        """Connect to ``remote`` from the address ``local`` (None: any of ours) and attach a protocol to it.

        An IPv6 link-local address has its interface with it, ``fe80::1%eth0``. Raises OSError when the connection
        cannot be made, ConfigError when ``options`` cannot be had; the caller bounds the time.
        """
        ...

    async def listen(self, make_protocol: MakeProtocol, address: str, port: int) -> Listener:
        """Listen on ``address`` and ``port`` (0: one that is free); ConfigError says what stands in the way."""
        ...

    def check(self, remote: str, local: str | None, options: TransportOptions) -> None:
        """See whether connections with ``remote`` can have ``options``; ConfigError names what cannot be, and the cure.

        Nothing is sent.
        """
        ...

    def admit(self, transport: asyncio.BaseTransport, *, remote: str, options: TransportOptions) -> None:
        """Give a connection that ``remote`` opened its ``options`` before anything is read from it.

        ConfigError says why it must not be taken, such as that it came from too far (RFC 5082).
        """
        ...

    def adapt(self, transport: asyncio.BaseTransport, *, remote: str, options: TransportOptions) -> None:
        """Give an open connection other ``options``: keys, DSCP, the user timeout, both TTLs.

        ConfigError when it has to be opened anew for that.
        """
        ...
