"""How often a cache is asked, and how long its data may be used without an answer."""

from dataclasses import dataclass
from typing import Final

from bgpkit.errors import ConfigError

_BOUNDS: Final = ((1, 86_400), (1, 7_200), (600, 172_800))


@dataclass(frozen=True, slots=True, kw_only=True)
class RtrIntervals:
    """The timing parameters, in seconds; the defaults are those that the RFC recommends.

    RFC 8210, section 6.
    """

    refresh: float = 3600
    """From an End of Data to the next query."""
    retry: float = 600
    """From a query that failed to the next one."""
    expire: float = 7200
    """From an End of Data until its data is dropped, unless another one comes."""

    def bounded(self) -> "RtrIntervals":
        """Return what may be used of intervals that a cache sent.

        Each is kept within its bounds, and data does not expire before it could be refreshed.
        """
        refresh, retry, expire = (
            min(max(value, least), most)
            for value, (least, most) in zip((self.refresh, self.retry, self.expire), _BOUNDS, strict=True)
        )
        return RtrIntervals(refresh=refresh, retry=retry, expire=max(expire, refresh + 1, retry + 1))

    def check(self) -> None:
        """Raise ConfigError unless all are positive and data lives longer than it takes to ask again."""
        if min(self.refresh, self.retry) <= 0:
            raise ConfigError(f"refresh and retry are seconds above 0, not {self.refresh:g} and {self.retry:g}")
        longest = max(self.refresh, self.retry)
        if self.expire <= longest:
            raise ConfigError(f"expire of {self.expire:g} seconds: give more than refresh and retry ({longest:g})")
