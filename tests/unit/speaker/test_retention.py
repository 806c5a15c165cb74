"""What is kept of a session, for how long, and through which ends."""

import pytest

from bgpkit.speaker.retention import (
    Retention,
    long_lived_preserved_families,
    notifications_keep,
    preserved_families,
    retentions,
    survives,
)
from bgpkit_fsm import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    CeaseSubcode,
    CloseReason,
    ErrorCode,
    Family,
    Negotiated,
    Notification,
)
from tests.support.session_terms import BOTH, ONE, graceful, long_lived, terms

NONE = frozenset[Family]()
CEASE = Notification(ErrorCode.CEASE, CeaseSubcode.ADMINISTRATIVE_RESET)
HARD = Notification.hard_reset(CEASE)
EXPIRED = Notification(ErrorCode.HOLD_TIMER_EXPIRED)
N_BITS = terms(graceful(notification=True), graceful(*BOTH, notification=True))


@pytest.mark.parametrize(
    ("negotiated", "kept"),
    [
        (None, NONE),
        (terms(graceful(*BOTH), None), NONE),
        (terms(None, graceful(*BOTH)), NONE),
        (terms(graceful(), graceful(*BOTH)), BOTH),
        (terms(graceful(*BOTH), graceful(IPV4_UNICAST)), ONE),
        (terms(graceful(*BOTH), graceful(*BOTH), IPV4_UNICAST), ONE),
        (terms(graceful(*BOTH), graceful(IPV4_UNICAST, preserved=False)), ONE),
        (terms(graceful(*BOTH), graceful(*BOTH, restart_time=0)), NONE),
    ],
)
def test_kept_is_what_the_peer_listed_and_the_session_spoke(
    negotiated: Negotiated | None, kept: frozenset[Family]
) -> None:
    """Both sides need the capability; the F bit matters only when the peer is back; a time of 0 is none."""
    assert retentions(negotiated) == {family: Retention(restart_time=120) for family in kept}


def test_both_times_count_for_each_family_by_itself() -> None:
    """A family that one capability leaves out has no time by it; ours must name it, too, for the longer one."""
    ours = (graceful(), long_lived(*BOTH))
    theirs = (graceful(IPV4_UNICAST, restart_time=50), long_lived(IPV6_UNICAST, stale_time=700))
    assert retentions(terms(ours, theirs)) == {
        IPV4_UNICAST: Retention(restart_time=50),
        IPV6_UNICAST: Retention(restart_time=0, long_lived_time=700, keeps_older=True),
    }
    assert retentions(terms((graceful(), long_lived(IPV4_UNICAST)), theirs)) == {
        IPV4_UNICAST: Retention(restart_time=50)
    }
    assert IPV6_UNICAST not in retentions(terms(graceful(), theirs))
    bounded = retentions(terms(ours, theirs), 60)
    assert (bounded[IPV6_UNICAST].long_lived_time, bounded[IPV4_UNICAST].restart_time) == (60, 50)


def test_older_stale_routes_stay_where_notifications_keep_routes() -> None:
    """RFC 8538, section 4.1."""
    assert all(each.keeps_older for each in retentions(N_BITS).values())


def test_the_n_bit_counts_when_both_have_it() -> None:
    """One side alone changes nothing."""
    assert notifications_keep(N_BITS)
    for ours, theirs in ((True, False), (False, True), (False, False)):
        assert not notifications_keep(terms(graceful(notification=ours), graceful(notification=theirs)))
    assert not notifications_keep(terms(graceful(notification=True), None))


@pytest.mark.parametrize(
    ("sent", "received", "with_n_bits", "without"),
    [
        (None, None, True, True),
        (CEASE, None, True, False),
        (None, CEASE, True, False),
        (EXPIRED, None, True, False),
        (HARD, None, False, False),
        (None, HARD, False, False),
        (EXPIRED, HARD, False, False),
    ],
)
def test_which_ends_routes_survive(
    sent: Notification | None, received: Notification | None, with_n_bits: bool, without: bool
) -> None:
    """The loss of the connection; with the N bits a NOTIFICATION, too, but for a Hard Reset."""
    reason = CloseReason(sent=sent, received=received, text="")
    assert survives(reason, N_BITS) is with_n_bits
    assert survives(reason, terms(graceful(), graceful(*BOTH))) is without


def test_preserved_is_what_has_the_f_bit() -> None:
    """No capability and an F bit that is not set: nothing was preserved; each capability has its own."""
    assert preserved_families(None) == preserved_families(graceful(*BOTH, preserved=False)) == frozenset()
    assert preserved_families(graceful(*BOTH)) == BOTH
    assert long_lived_preserved_families(terms(None, graceful(*BOTH))) == frozenset()
    half = (graceful(), long_lived(IPV4_UNICAST), long_lived(*BOTH, preserved=False))
    assert long_lived_preserved_families(terms(None, half)) == frozenset()
    assert long_lived_preserved_families(terms(None, (graceful(), long_lived(IPV4_UNICAST)))) == ONE
