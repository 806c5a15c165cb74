"""One lock a name, made when needed and forgotten after."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class NamedLocks:
    """Locks by name; those of different names do not wait for each other."""

    def __init__(self) -> None:
        """Start without any lock."""
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    def held(self, name: str) -> bool:
        """Tell whether somebody holds, or waits for, the lock of ``name``."""
        return name in self._locks

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncGenerator[None, None]:
        """Hold the lock of ``name`` for the length of the block."""
        lock, users = self._locks.get(name) or (asyncio.Lock(), 0)
        self._locks[name] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks.pop(name)
            if users > 1:
                self._locks[name] = (lock, users - 1)


def link_lock(interface: str) -> str:
    """Return the name of the lock of a pod's interface on the node, which a pod's next container may take over."""
    return f"link {interface}"
