"""The terms of a session as facts: what both OPENs say, and what follows from them."""

from bgpkit import IPV4_UNICAST, IPV6_UNICAST
from bgpkit.speaker import SessionTerms
from bgpkit.wire import from_plain, to_plain
from bgpkit_fsm import (
    AddPathCapability,
    AddPathMode,
    BgpRole,
    ForwardingState,
    GracefulRestartCapability,
    MultiprotocolCapability,
    RoleCapability,
    negotiate,
)
from tests.unit.speaker.ends import open_message

RESTART = GracefulRestartCapability(families=(ForwardingState(IPV4_UNICAST, preserved=True),))
PATHS = AddPathCapability(((IPV6_UNICAST, AddPathMode.BOTH), (IPV4_UNICAST, AddPathMode.BOTH)))


def test_the_terms_say_what_both_sides_said_and_agreed_on() -> None:
    """Families in our order, ADD-PATH and roles by direction, all capabilities; JSON that reads back."""
    local = open_message(
        64512, MultiprotocolCapability(IPV6_UNICAST), PATHS, RoleCapability(BgpRole.CUSTOMER), RESTART, hold_time=30
    )
    remote = open_message(
        64513, MultiprotocolCapability(IPV6_UNICAST), PATHS, RoleCapability(BgpRole.PROVIDER), identifier="10.0.0.2"
    )
    terms = SessionTerms.of(
        negotiate(local, remote), local_address="192.0.2.1", remote_address="192.0.2.7", opened_by_us=True
    )
    assert (terms.local_asn, terms.peer_asn) == (64512, 64513)
    assert (terms.local_identifier, terms.peer_identifier) == ("10.0.0.7", "10.0.0.2")
    assert (terms.hold_time, terms.keepalive_time) == (30, 10.0)
    assert terms.families == terms.add_path_send == terms.add_path_receive == (IPV4_UNICAST, IPV6_UNICAST)
    assert (terms.graceful_restart, terms.peer_graceful_restart) == (RESTART, None)
    assert (terms.role, terms.peer_role) == (BgpRole.CUSTOMER, BgpRole.PROVIDER)
    assert (terms.capabilities, terms.peer_capabilities) == (local.capabilities, remote.capabilities)
    assert from_plain(SessionTerms, to_plain(terms)) == terms
