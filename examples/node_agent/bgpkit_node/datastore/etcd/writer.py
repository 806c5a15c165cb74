"""Writing so that each transaction is carried out once, however often its answer was lost on the way.

A member that dies may have carried out what it was asked and told nobody. Each transaction therefore writes a key of
the writer's own as well (a marker), on the condition that the marker is as the writer left it: sent again, it does
nothing if it was done, and the marker says so.
"""

import asyncio
import contextlib
import uuid
from collections.abc import Sequence
from typing import Final

from bgpkit_node.datastore.etcd import transactions
from bgpkit_node.datastore.etcd.connection import EtcdConnection
from bgpkit_node.datastore.etcd.layout import MARKERS, octets
from bgpkit_node.datastore.etcd.messages import LEASE_GRANT, LEASE_REVOKE, TXN, LeaseGrantRequest, LeaseRequest
from bgpkit_node.datastore.etcd.transactions import Marker
from bgpkit_node.datastore.port import Operation, Unchanged
from bgpkit_node.errors import DatastoreError

_LEASE_SECONDS: Final = 900
_LEASE_LOST: Final = "requested lease not found"
_ATTEMPTS: Final = 20
_NEVER: Final = (1 << 63) - 1
"""A revision that no key has."""


class Writer:
    """Carries out transactions; several at once, each with a marker of its own."""

    def __init__(self, connection: EtcdConnection) -> None:
        """Write over ``connection``; the first transaction takes out a lease, with which the markers go."""
        self._connection = connection
        self._name = f"{MARKERS}{uuid.uuid4()}/"
        self._free: list[tuple[bytes, int]] = []
        self._made = 0
        self._lease = 0
        self._renewal = 0.0
        self._granting = asyncio.Lock()

    async def transact(self, operations: Sequence[Operation]) -> int:
        """Carry out all ``operations`` or none; see Datastore.transact."""
        if all(isinstance(operation, Unchanged) for operation in operations):
            return await self._look(operations)
        key, revision = self._free.pop() if self._free else self._fresh()
        for _ in range(_ATTEMPTS):
            lease = await self._leased()
            try:
                answer = await self._connection.call(
                    TXN, transactions.request(operations, Marker(key, revision, lease))
                )
            except DatastoreError as error:
                if _LEASE_LOST not in str(error):
                    raise
                self._renewal = 0.0
                continue
            if answer.succeeded:
                self._free.append((key, answer.header.revision))
                return answer.header.revision
            marked = transactions.marked_at(answer.responses)
            self._free.append((key, marked))
            if marked > revision:
                return marked
            transactions.raise_first_unmet(operations, answer.responses[1:])
            key, revision = self._free.pop()
        raise DatastoreError("etcd changes its mind all the time: nothing was written")

    async def rehearse(self, operations: Sequence[Operation]) -> None:
        """Have etcd look at a transaction that it is not to carry out, since its marker is never as is asked."""
        await self._connection.call(TXN, transactions.request(operations, Marker(octets(self._name), _NEVER, 0)))

    async def close(self) -> None:
        """Take the markers away; without etcd they go by themselves."""
        if self._lease:
            lease, self._lease = self._lease, 0
            with contextlib.suppress(DatastoreError, TimeoutError):
                async with asyncio.timeout(1):
                    await self._connection.call(LEASE_REVOKE, LeaseRequest(lease))

    async def _look(self, operations: Sequence[Operation]) -> int:
        for _ in range(_ATTEMPTS):
            answer = await self._connection.call(TXN, transactions.request(operations, None))
            if answer.succeeded:
                return answer.header.revision
            transactions.raise_first_unmet(operations, answer.responses)
        raise DatastoreError("etcd contradicts itself: a condition that holds is not met")

    def _fresh(self) -> tuple[bytes, int]:
        self._made += 1
        return octets(f"{self._name}{self._made}"), 0

    async def _leased(self) -> int:
        """Return a lease that lasts much longer than a transaction can take."""
        loop = asyncio.get_running_loop()
        async with self._granting:
            if loop.time() >= self._renewal:
                granted = await self._connection.call(LEASE_GRANT, LeaseGrantRequest(_LEASE_SECONDS))
                self._lease, self._renewal = granted.id, loop.time() + _LEASE_SECONDS / 2
        return self._lease
