"""Tests of the capabilities of graceful restart, as people read them."""

import pytest

from bgpkit_fsm import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    Capability,
    ForwardingState,
    GracefulRestartCapability,
    LongLivedGracefulRestartCapability,
    LongLivedState,
)


@pytest.mark.parametrize(
    ("capability", "text"),
    [
        (GracefulRestartCapability(), "graceful-restart 120 s"),
        (
            GracefulRestartCapability(
                restarted=True,
                notification=True,
                restart_time=90,
                families=(ForwardingState(IPV4_UNICAST, True), ForwardingState(IPV6_UNICAST, False)),
            ),
            "graceful-restart 90 s restarted notification (ipv4-unicast preserved, ipv6-unicast)",
        ),
        (LongLivedGracefulRestartCapability(), "long-lived-graceful-restart"),
        (
            LongLivedGracefulRestartCapability(
                (
                    LongLivedState(family=IPV4_UNICAST, stale_time=3600),
                    LongLivedState(family=IPV6_UNICAST, preserved=True, stale_time=0),
                )
            ),
            "long-lived-graceful-restart (ipv4-unicast 3600 s, ipv6-unicast 0 s preserved)",
        ),
    ],
)
def test_capability_is_one_line(capability: Capability, text: str) -> None:
    """Times, the bits that are set, and the families."""
    assert str(capability) == text
