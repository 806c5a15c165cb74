"""A key that its holder keeps while it lives: a lease that is kept alive, and claimed anew when it was lost."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from grpc.aio import AioRpcError

from bgpkit_node.datastore.etcd.connection import ATTEMPT, EtcdConnection
from bgpkit_node.datastore.etcd.layout import octets
from bgpkit_node.datastore.etcd.messages import (
    LEASE_GRANT,
    LEASE_KEEP_ALIVE,
    LEASE_REVOKE,
    RANGE,
    TXN,
    Compare,
    CompareResult,
    CompareTarget,
    Lease,
    LeaseGrantRequest,
    LeaseRequest,
    PutRequest,
    RangeRequest,
    RequestOp,
    TxnRequest,
)
from bgpkit_node.errors import AlreadyExistsError, DatastoreError

_ATTEMPTS: Final = 20


@asynccontextmanager
async def held(
    connection: EtcdConnection, key: str, holder: bytes, seconds: int
) -> AsyncGenerator[asyncio.Event, None]:
    """Hold ``key`` while the context lasts; see Datastore.hold."""
    claim = _Claim(connection, key, holder, seconds)
    await claim.take()
    keeping = asyncio.create_task(claim.keep())
    try:
        yield claim.lost
    finally:
        keeping.cancel()
        await asyncio.wait({keeping})
        await claim.give_up()


class _Claim:
    def __init__(self, connection: EtcdConnection, key: str, holder: bytes, seconds: int) -> None:
        self.lost = asyncio.Event()
        self._connection = connection
        self._key = key
        self._holder = holder
        self._seconds = seconds
        self._lease = 0

    async def take(self) -> None:
        """Write the key under a fresh lease; AlreadyExistsError when another holder has it."""
        granted = await self._connection.call(LEASE_GRANT, LeaseGrantRequest(self._seconds))
        key = octets(self._key)
        for _ in range(_ATTEMPTS):
            answer = await self._connection.call(RANGE, RangeRequest(key))
            if answer.kvs and answer.kvs[0].value != self._holder:
                await self._revoke(granted.id)
                raise AlreadyExistsError(self._key)
            revision = answer.kvs[0].mod_revision if answer.kvs else 0
            unchanged = Compare(CompareResult.EQUAL, CompareTarget.MOD, key, revision)
            put = RequestOp(request_put=PutRequest(key, self._holder, granted.id))
            if (await self._connection.call(TXN, TxnRequest((unchanged,), (put,)))).succeeded:
                self._lease = granted.id
                return
        raise DatastoreError(f"{self._key} is being written by others all the time")

    async def keep(self) -> None:
        """Keep the lease alive, take the key anew when it has run out; sets ``lost`` when another took it."""
        while True:
            await asyncio.sleep(self._seconds / 3)
            with contextlib.suppress(DatastoreError):
                try:
                    if not await self._renewed():
                        await self.take()
                except AlreadyExistsError:
                    self.lost.set()
                    return

    async def give_up(self) -> None:
        """End the lease, and with it the key; without etcd it runs out."""
        with contextlib.suppress(DatastoreError, TimeoutError):
            async with asyncio.timeout(1):
                await self._revoke(self._lease)

    async def _renewed(self) -> bool:
        asked = asyncio.get_running_loop().time()
        async with self._connection.stream(LEASE_KEEP_ALIVE) as (endpoint, token, stream):
            try:
                async with asyncio.timeout(ATTEMPT):
                    await stream.write(LeaseRequest(self._lease))
                    answer = await stream.read()
            except TimeoutError:
                self._connection.leave(endpoint)
                raise DatastoreError("etcd does not renew a lease") from None
            except AioRpcError as error:
                await self._connection.recover(endpoint, token, error, 0, asked)
                raise DatastoreError("etcd does not renew a lease") from error
            return isinstance(answer, Lease) and answer.ttl > 0

    async def _revoke(self, lease: int) -> None:
        await self._connection.call(LEASE_REVOKE, LeaseRequest(lease))
