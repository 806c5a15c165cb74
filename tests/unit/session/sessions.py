"""A session between the code under test and a scripted peer on the loopback interface."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import IPv4Address

from bgpkit.errors import HeaderError
from bgpkit.session import Connection, Endpoint, Session
from bgpkit.transport import TcpNetwork
from bgpkit.wire import Update, UpdateContext, UpdateDecoder
from bgpkit_fsm import (
    IPV4_UNICAST,
    CeaseSubcode,
    CloseReason,
    ErrorCode,
    Family,
    FourOctetAsCapability,
    MultiprotocolCapability,
    Negotiated,
    Notification,
    RouteRefresh,
    RouteRefreshCapability,
    SessionConfig,
)

OURS, THEIRS = "127.0.0.1", "127.0.0.2"
ASN, PEER_ASN = 64512, 64513
CEASE = Notification(ErrorCode.CEASE, CeaseSubcode.ADMINISTRATIVE_SHUTDOWN)
CONFIG = SessionConfig(
    local_asn=ASN,
    bgp_identifier=IPv4Address("10.0.0.1"),
    peer_asn=PEER_ASN,
    connect_retry_time=3600,
    capabilities=(
        MultiprotocolCapability(IPV4_UNICAST),
        RouteRefreshCapability(),
        FourOctetAsCapability(ASN),
    ),
)
PASSIVE = replace(CONFIG, passive=True)


class Owner:
    """The owner of a session: notes what it is told."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.established: list[Negotiated] = []
        self.local_addresses: list[str] = []
        self.updates: list[Update[bytes]] = []
        self.refreshes: list[RouteRefresh] = []
        self.released: list[CloseReason] = []
        self.failed: list[CloseReason] = []
        self.writable = 0

    @property
    def up(self) -> bool:
        """Whether the session is up, by what the owner was told."""
        return len(self.established) > len(self.released)

    def session_established(self, negotiated: Negotiated, local_address: str) -> tuple[UpdateDecoder[bytes], "Owner"]:
        """Take note."""
        self.established.append(negotiated)
        self.local_addresses.append(local_address)
        return UpdateDecoder(UpdateContext.of(negotiated), lambda inputs: inputs.raw), self

    def routes_announced(self, family: Family, made: bytes, keys: list[bytes], nlri: bytes | None) -> None:
        """Take note."""
        self.updates.append(Update((), ((family, made, keys, nlri),)))

    def update_received(self, update: Update[bytes]) -> None:
        """Take note."""
        self.updates.append(update)

    def refresh_received(self, refresh: RouteRefresh) -> None:
        """Take note."""
        self.refreshes.append(refresh)

    def session_released(self, reason: CloseReason) -> None:
        """Take note."""
        self.released.append(reason)

    def attempt_failed(self, reason: CloseReason) -> None:
        """Take note."""
        self.failed.append(reason)

    def became_writable(self) -> None:
        """Count."""
        self.writable += 1


class Door:
    """Passes the connections that are accepted on to one session, whoever opened them."""

    def __init__(self, session: Session[bytes]) -> None:
        """Serve ``session``."""
        self._session = session

    def connection_opened(self, connection: Connection) -> None:
        """Pass it on."""
        self._session.accept(connection)

    def message_received(self, connection: Connection, kind: int, data: bytes, start: int, end: int) -> None:
        """Do nothing."""

    def header_refused(self, connection: Connection, error: HeaderError) -> None:
        """Do nothing."""

    def read_finished(self, connection: Connection) -> None:
        """Do nothing."""

    def connection_closed(self, connection: Connection, error: Exception | None) -> None:
        """Do nothing."""

    def became_writable(self, connection: Connection) -> None:
        """Do nothing."""


@asynccontextmanager
async def running(
    config: SessionConfig = PASSIVE, *, port: int = 1
) -> AsyncGenerator[tuple[Session[bytes], Owner, int]]:
    """Run a session towards ``THEIRS``, ``port``; gives it, its owner and the port at which it accepts."""
    owner = Owner()
    session = Session(config, Endpoint(remote=THEIRS, port=port, local=OURS), owner)
    server = await TcpNetwork().listen(lambda: Connection(Door(session)), OURS, 0)
    session.start()
    try:
        yield session, owner, server.addresses[0][1]
    finally:
        server.close()
        session.stop(CEASE)
        await session.wait_closed()
        await asyncio.sleep(0)
