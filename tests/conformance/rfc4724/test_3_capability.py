"""RFC 4724, section 3: the graceful restart capability of an OPEN."""

import pytest

from bgpkit.wire import decode_capabilities
from bgpkit_fsm import IPV4_UNICAST, ForwardingState, GracefulRestartCapability, negotiate
from tests.unit.fsm.sessions import CONFIG, remote_open


@pytest.mark.rfc("4724", "3")
def test_all_but_the_last_capability_are_ignored() -> None:
    """With several instances the receiver MUST ignore all but the last one: nothing of the first is added."""
    first = GracefulRestartCapability(restarted=True, restart_time=1, families=(ForwardingState(IPV4_UNICAST, True),))
    last = GracefulRestartCapability(restart_time=2)
    assert negotiate(CONFIG.open, remote_open(first, last)).peer_graceful_restart == last


@pytest.mark.rfc("4724", "3")
def test_reserved_bits_are_ignored() -> None:
    """The remaining bits MUST be ignored by the receiver: all of them set change no other field."""
    (capability,) = decode_capabilities(bytes.fromhex("40 06 b078 0001 01 ff"))
    assert isinstance(capability, GracefulRestartCapability)
    assert (capability.restarted, capability.notification, capability.restart_time) == (True, False, 120)
    assert [(state.family, state.preserved) for state in capability.families] == [(IPV4_UNICAST, True)]
