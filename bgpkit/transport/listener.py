"""A TCP listener, and the keys with which connections to it must begin."""

import asyncio
import socket
from ipaddress import ip_network

from bgpkit.errors import ConfigError
from bgpkit.transport.md5 import set_md5_key
from bgpkit.transport.options import AoKey, TransportOptions
from bgpkit.transport.secret import Secret
from bgpkit.transport.socket_address import host_of
from bgpkit.transport.tcp_ao import add_ao_keys, delete_ao_keys


class TcpListener:
    """Accepts TCP connections (`Listener`).

    A SYN is checked against its key before anyone here hears of it, so keys are set before peers connect.
    """

    def __init__(self, listener: socket.socket, server: asyncio.Server) -> None:
        """Hold a listening socket and what asyncio made of it."""
        self._socket = listener
        self._server = server
        self._keys: dict[str, Secret] = {}
        self._ao_keys: dict[str, tuple[AoKey, ...]] = {}

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """The address and the port on which it listens, as the kernel gave them; nothing once it is closed."""
        if not self._server.is_serving():
            return ()
        name = self._socket.getsockname()
        return ((host_of(name, self._socket.fileno()), int(name[1])),)

    def expect(self, remote: str, options: TransportOptions) -> None:
        """Let connections from ``remote``, an address or a prefix, begin with the keys of ``options``; or ConfigError.

        Without a key, one that was set for exactly this ``remote`` is taken back.
        """
        if not self._serves(remote):
            return
        if options.md5_key is None:
            self._forget_md5(remote)
        elif self._keys.get(remote) != options.md5_key:
            self._refuse_twins(remote, options.md5_key)
            set_md5_key(self._socket, remote, options.md5_key)
            self._keys[remote] = options.md5_key
        if options.ao_keys != self._ao_keys.get(remote, ()):
            self._change_ao(remote, options.ao_keys)

    def forget(self, remote: str) -> None:
        """Take back the keys of ``remote``."""
        self._forget_md5(remote)
        if remote in self._ao_keys:
            self._change_ao(remote, ())

    def _change_ao(self, remote: str, keys: tuple[AoKey, ...]) -> None:
        """Give and take only what differs: the kernel takes no key a second time."""
        former = self._ao_keys.pop(remote, ())
        delete_ao_keys(self._socket, remote, tuple(key for key in former if key not in keys))
        self._ao_keys[remote] = kept = tuple(key for key in former if key in keys)
        for key in keys:
            if key not in kept:
                add_ao_keys(self._socket, remote, (key,))
                self._ao_keys[remote] += (key,)
        if not keys:
            del self._ao_keys[remote]

    def _forget_md5(self, remote: str) -> None:
        if self._keys.pop(remote, None) is not None and not self._twins(remote):
            set_md5_key(self._socket, remote, None)

    def close(self) -> None:
        """Accept no more connections; those that are open stay."""
        self._server.close()

    def _serves(self, remote: str) -> bool:
        """Tell whether connections from ``remote`` can come here at all."""
        if not self._server.is_serving():
            return False
        version = ip_network(_without_interface(remote), strict=False).version
        if version == 6 or self._socket.family == socket.AF_INET:
            return (version == 6) is (self._socket.family == socket.AF_INET6)
        return not self._socket.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)

    def _refuse_twins(self, remote: str, key: Secret) -> None:
        for twin in self._twins(remote):
            if self._keys[twin] != key:
                raise ConfigError(
                    f"transport: md5_key for {remote}: the kernel cannot tell it from {twin}, which has another key; "
                    "give both the same, or each interface a listening socket of its own"
                )

    def _twins(self, remote: str) -> list[str]:
        """Return what else has a key and differs in its interface only, which keys do not know."""
        bare = _without_interface(remote)
        return [known for known in self._keys if known != remote and _without_interface(known) == bare]


def _without_interface(remote: str) -> str:
    return remote.partition("%")[0]
