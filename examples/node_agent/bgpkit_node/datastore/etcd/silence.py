"""Since when no endpoint of etcd has said anything: what tells an outage from an answer that takes its time."""

import asyncio
from typing import Final

from grpc.aio import AioRpcError

from bgpkit_node.errors import DatastoreError

BEARABLE: Final = 6.0
"""Seconds without a word after which a call that has asked all endpoints gives up."""
ONCE_KNOWN: Final = 1.0
"""Seconds that an endpoint has to answer once the silence has been told: enough to notice that it is over."""
_VALID: Final = 10.0
_OF_ETCD: Final = "etcdserver:"


class Silence:
    """What all calls and watches of one connection have heard last; whoever hears a word ends it for all."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._since: float | None = None
        self._told: DatastoreError | None = None
        self._told_at = 0.0

    def heard(self) -> None:
        """Note that an endpoint has answered, be it with an error of its own."""
        self._since = self._told = None

    def failed(self, error: AioRpcError, asked: float) -> None:
        """Note what came of asking at the time ``asked``, of the event loop: a word of etcd's own, or silence."""
        if (error.details() or "").startswith(_OF_ETCD):
            self.heard()
        elif self._since is None or asked < self._since:
            self._since = asked

    @property
    def told(self) -> bool:
        """Whether somebody was told of it in the last seconds; after those it is looked into anew."""
        return self.sentence() is not None

    @property
    def is_unbearable(self) -> bool:
        """Whether it has lasted so long that an answer is not to be hoped for."""
        return self._since is not None and (self.told or asyncio.get_running_loop().time() - self._since >= BEARABLE)

    def tell(self, error: DatastoreError) -> DatastoreError:
        """Keep what is said of the silence, for those who come next; return it."""
        if self._since is not None:
            self._told, self._told_at = error, asyncio.get_running_loop().time()
        return error

    def sentence(self) -> DatastoreError | None:
        """Return what was said of it in the last seconds, as a new error; None when nothing was."""
        if self._told is None or asyncio.get_running_loop().time() - self._told_at >= _VALID:
            return None
        return type(self._told)(str(self._told))
