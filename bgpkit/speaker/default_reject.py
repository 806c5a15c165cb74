"""What an external peer gets and gives without a policy: nothing, and it is said so (RFC 8212)."""

from typing import TYPE_CHECKING, Final

from structlog.typing import FilteringBoundLogger

from bgpkit.policy import RejectAll

if TYPE_CHECKING:
    from bgpkit.speaker.config import PeerConfig

NO_POLICY: Final = RejectAll("reject-all: none given (RFC 8212)")
"""The policy of an external peer for which there is none; its name stands in the reason of each route held back."""


def tell_missing(config: "PeerConfig", log: FilteringBoundLogger, *, former: "PeerConfig | None" = None) -> None:
    """Log for which ways there is no policy for an external peer; of a peer that was ``former``, only what is new."""
    for way in ("import", "export"):
        field = f"{way}_policy"
        if getattr(config, field) is None and (former is None or getattr(former, field) is not None):
            log.warning("policy.missing", direction=way, reason=f"no route passes without {field} (RFC 8212)")
