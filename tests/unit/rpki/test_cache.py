"""The address of a cache."""

import pytest

from bgpkit.errors import ConfigError
from bgpkit.rpki import RtrCache


def test_a_cache_has_a_text() -> None:
    """Host and port, an IPv6 address in brackets; the port is that of RTR unless told."""
    assert str(RtrCache("192.0.2.1")) == "192.0.2.1:323"
    assert str(RtrCache("2001:db8::1", 8282)) == "[2001:db8::1]:8282"


@pytest.mark.parametrize(("host", "port"), [("", 323), ("cache", 0), ("cache", 65536)])
def test_what_cannot_be_reached_is_refused(host: str, port: int) -> None:
    """The sentence names the cache."""
    with pytest.raises(ConfigError, match="give a host and a port"):
        RtrCache(host, port).check()
    RtrCache("cache").check()
