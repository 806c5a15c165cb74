"""RFC 9494, sections 3.1 and 4.1: the long-lived graceful restart capability."""

import pytest

from bgpkit.wire import decode_capabilities
from bgpkit_fsm import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    GracefulRestartCapability,
    LongLivedGracefulRestartCapability,
    LongLivedState,
    negotiate,
)
from tests.unit.fsm.sessions import CONFIG, remote_open

CAPABILITY = LongLivedGracefulRestartCapability((LongLivedState(family=IPV4_UNICAST, stale_time=3600),))


@pytest.mark.rfc("9494", "3.1")
def test_a_capability_has_tuples_of_seven_octets() -> None:
    """AFI, SAFI, flags with the F bit first, and a stale time of three octets; there may be none at all."""
    assert decode_capabilities(bytes.fromhex("47 0e 0001 01 80 000e10 0002 01 00 ffffff")) == (
        LongLivedGracefulRestartCapability(
            (
                LongLivedState(family=IPV4_UNICAST, preserved=True, stale_time=3600),
                LongLivedState(family=IPV6_UNICAST, stale_time=16777215),
            )
        ),
    )
    assert decode_capabilities(bytes.fromhex("47 00")) == (LongLivedGracefulRestartCapability(),)


@pytest.mark.rfc("9494", "3.1")
def test_reserved_bits_are_ignored() -> None:
    """The remaining bits MUST be ignored by the receiver: all of them set change no other field."""
    (capability,) = decode_capabilities(bytes.fromhex("47 07 0001 01 7f 000e10"))
    assert isinstance(capability, LongLivedGracefulRestartCapability)
    state = capability.families[0]
    assert (state.family, state.preserved, state.stale_time) == (IPV4_UNICAST, False, 3600)


@pytest.mark.rfc("9494", "4.1")
def test_without_graceful_restart_it_is_disregarded() -> None:
    """The capability MUST come with that of graceful restart; otherwise it MUST be disregarded."""
    assert negotiate(CONFIG.open, remote_open(CAPABILITY)).peer_long_lived_graceful_restart is None
    terms = negotiate(CONFIG.open, remote_open(CAPABILITY, GracefulRestartCapability()))
    assert terms.peer_long_lived_graceful_restart == CAPABILITY
