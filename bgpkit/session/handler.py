"""What a session tells its owner, and what it asks of it."""

from typing import Protocol, TypeVar

from bgpkit.wire import Update, UpdateDecoder
from bgpkit_fsm import CloseReason, Family, Negotiated, RouteRefresh

T = TypeVar("T")


class UpdateReceiver(Protocol[T]):
    """Who takes the UPDATEs of a session that is up."""

    def routes_announced(self, family: Family, made: T, keys: list[bytes], nlri: bytes | None) -> None:
        """Take an UPDATE that does nothing but announce routes of one family, as nearly all do; see `Update`."""
        ...

    def update_received(self, update: Update[T]) -> None:
        """Take any other UPDATE."""
        ...


class SessionHandler(Protocol[T]):
    """The owner of a session; ``T`` is what it makes of a block of path attributes."""

    def session_established(
        self, negotiated: Negotiated, local_address: str
    ) -> tuple[UpdateDecoder[T], UpdateReceiver[T]]:
        """Take note that the session is up, on ``local_address``; return the decoder of its UPDATEs and their taker."""
        ...

    def refresh_received(self, refresh: RouteRefresh) -> None:
        """Take a ROUTE-REFRESH."""
        ...

    def session_released(self, reason: CloseReason) -> None:
        """Take note that the session, which was up, has ended."""
        ...

    def attempt_failed(self, reason: CloseReason) -> None:
        """Take note that an attempt to get the session up has ended."""
        ...

    def became_writable(self) -> None:
        """Take note that the transport has room again."""
        ...
