"""The client of the API that is used now, and those before it that are still in use."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Self

from bgpkit_node.errors import KubernetesError
from bgpkit_node.kubernetes.access import KubernetesAccess, configured

if TYPE_CHECKING:
    from kubernetes_asyncio.client import ApiClient


class Clients:
    """Lends a client, and makes it anew when the API does not take what it shows.

    A client owns connections that several calls use at the same time: it is closed when none uses it any more.
    """

    def __init__(self, access: KubernetesAccess, client: "ApiClient") -> None:
        """Lend ``client``, until one is made anew with ``access``."""
        self._access = access
        self._current = client
        self._uses: Counter[ApiClient] = Counter()
        self._renewing = asyncio.Lock()

    @classmethod
    @asynccontextmanager
    async def opened(cls, access: KubernetesAccess) -> AsyncGenerator[Self, None]:
        """Give them while the context lasts. KubernetesError when nothing can be shown to the API."""
        clients = cls(access, await _client(access))
        try:
            yield clients
        finally:
            await clients._current.close()

    @asynccontextmanager
    async def lent(self) -> "AsyncGenerator[ApiClient, None]":
        """Give the client that is used now; it stays usable while the context lasts."""
        client = self._current
        self._uses[client] += 1
        try:
            yield client
        finally:
            self._uses[client] -= 1
            await self._close_unused(client)

    async def renew(self, refused: "ApiClient") -> None:
        """Make the client anew, unless another call has done so since ``refused`` was lent. KubernetesError."""
        async with self._renewing:
            if self._current is refused:
                self._current = await _client(self._access)
                await self._close_unused(refused)

    async def _close_unused(self, client: "ApiClient") -> None:
        if not self._uses[client]:
            del self._uses[client]
            if client is not self._current:
                await client.close()


async def _client(access: KubernetesAccess) -> "ApiClient":
    from kubernetes_asyncio.client import ApiClient

    configuration = await configured(access)
    try:
        return ApiClient(configuration)
    except (OSError, ValueError) as error:
        raise KubernetesError(f"{access}: its certificates cannot be used: {error}") from error
