"""The timing parameters."""

import pytest

from bgpkit.errors import ConfigError
from bgpkit.rpki import RtrIntervals


def test_what_a_cache_sends_is_kept_within_bounds() -> None:
    """Zero and a century become what the RFC allows, and data lives longer than a refresh takes."""
    assert RtrIntervals(refresh=0, retry=0, expire=0).bounded() == RtrIntervals(refresh=1, retry=1, expire=600)
    most = RtrIntervals(refresh=2**32 - 1, retry=2**32 - 1, expire=2**32 - 1).bounded()
    assert most == RtrIntervals(refresh=86400, retry=7200, expire=172800)
    assert RtrIntervals(refresh=3600, retry=600, expire=600).bounded().expire == 3601


@pytest.mark.parametrize(("refresh", "retry", "expire"), [(0, 1, 10), (1, 0, 10), (10, 1, 10), (1, 10, 10)])
def test_own_intervals_must_make_sense(refresh: float, retry: float, expire: float) -> None:
    """Nothing at once, and no data that is dropped before it could be renewed."""
    with pytest.raises(ConfigError, match="refresh and retry"):
        RtrIntervals(refresh=refresh, retry=retry, expire=expire).check()


def test_sensible_intervals_pass() -> None:
    """The defaults, and short ones."""
    RtrIntervals().check()
    RtrIntervals(refresh=0.5, retry=0.1, expire=1).check()
