"""The bound on the routes that a peer is sent, and what happens beyond it."""

from collections.abc import Callable

from structlog.typing import FilteringBoundLogger

from bgpkit.adj_rib_out import RouteLimit
from bgpkit.speaker.config import PeerConfig
from bgpkit.speaker.events import Limit, LimitReached
from bgpkit.speaker.prefix_limit import MaxPrefixesAction
from bgpkit_fsm import Family, Notification


def route_limit(
    config: PeerConfig,
    family: Family,
    log: FilteringBoundLogger,
    *,
    close: Callable[[Notification], object],
    tell: Callable[[LimitReached], object],
) -> RouteLimit | None:
    """Return the bound on routes of ``family`` for a peer, or None; ``close`` ends its session with a message.

    ``tell`` takes what comes of it.
    The session then stays down until the configuration of the peer changes: the message is Cease / Administrative
    Shutdown, since the bound is our operator's, with the reason as text. "Maximum Number of Prefixes Reached" would
    say that the peer has sent too much. RFC 4486, section 4; RFC 9003, section 2.
    """
    maximum = config.max_prefixes_out
    if maximum is None:
        return None
    closes = config.max_prefixes_out_action is MaxPrefixesAction.CLOSE

    def exceeded(count: int) -> None:
        log.warning("routes.limit_exceeded", family=str(family), count=count, limit=maximum, closes=closes)
        tell(
            LimitReached(
                peer=config.address,
                family=family,
                limit=Limit.PREFIXES_OUT,
                count=count,
                maximum=maximum,
                action=config.max_prefixes_out_action.value,
            )
        )
        if closes:
            close(Notification.shutdown(f"{count} routes of {family} to send, limit {maximum}"))

    return RouteLimit(maximum=maximum, closes=closes, exceeded=exceeded)


def reopens(former: PeerConfig, config: PeerConfig) -> bool:
    """Tell whether a change of configuration is a reason to try again with a session that is down."""
    return any(
        getattr(former, field) != getattr(config, field)
        for field in ("passive", "max_prefixes_in", "max_prefixes_out", "max_prefixes_out_action")
    )
