"""Hypothesis strategies for the session machine: OPENs, events, configurations."""

from dataclasses import replace
from ipaddress import IPv4Address

from hypothesis import strategies as st

from bgpkit_fsm import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    AutomaticallyStopped,
    Capability,
    CollisionLost,
    ConnectionEvent,
    Event,
    ExtendedMessageCapability,
    ForwardingState,
    FourOctetAsCapability,
    GracefulRestartCapability,
    KeepaliveReceived,
    MessageRefused,
    MessageSent,
    MultiprotocolCapability,
    Notification,
    NotificationReceived,
    Open,
    OpenReceived,
    RouteRefreshCapability,
    RouteRefreshReceived,
    SessionConfig,
    Started,
    Stopped,
    Timer,
    TimerExpired,
    TransportAccepted,
    TransportFailed,
    TransportOpened,
    UnknownCapability,
    UpdateReceived,
)
from tests.unit.fsm.sessions import CONFIG, REMOTE_ASN


def notifications() -> st.SearchStrategy[Notification]:
    """Make any NOTIFICATION, with the codes that the machine looks at made likely."""
    likely = st.sampled_from([(1, 2), (2, 1), (2, 2), (2, 4), (2, 7), (3, 1), (4, 0), (5, 1), (6, 2), (6, 7), (7, 1)])
    pairs = likely | st.tuples(st.integers(0, 255), st.integers(0, 255))
    named = st.sampled_from([b"\1\4\0\1\0\1", b"\1\4\0\2\0\1", b"\2\0\6\0", b"\x40\2\0\0", b"\x41\4"])

    def build(pair: tuple[int, int], data: bytes) -> Notification:
        return Notification(pair[0], pair[1], data)

    return st.builds(build, pairs, named | st.binary(max_size=4))


def capabilities() -> st.SearchStrategy[tuple[Capability, ...]]:
    """Make up to four capabilities."""
    families = st.sampled_from([IPV4_UNICAST, IPV6_UNICAST])
    states = st.lists(st.builds(ForwardingState, families, st.booleans()), max_size=2).map(tuple)
    one: st.SearchStrategy[Capability] = st.one_of(
        st.builds(MultiprotocolCapability, families),
        st.just(RouteRefreshCapability()),
        st.just(ExtendedMessageCapability()),
        st.builds(GracefulRestartCapability, restarted=st.booleans(), families=states),
        st.just(FourOctetAsCapability(REMOTE_ASN)),
        st.builds(UnknownCapability, st.integers(128, 255), st.binary(max_size=3)),
    )
    return st.lists(one, max_size=4).map(tuple)


def opens() -> st.SearchStrategy[Open]:
    """Make OPENs, most of them acceptable to ``configs()``."""
    identifiers = st.sampled_from(["10.0.0.2", "9.0.0.1", "240.0.0.1", "10.0.0.1", "0.0.0.0"]).map(IPv4Address)
    return st.builds(
        Open,
        version=st.sampled_from([4, 4, 4, 4, 3, 5]),
        my_as=st.sampled_from([REMOTE_ASN, REMOTE_ASN, REMOTE_ASN, CONFIG.local_asn, 0, 7]),
        hold_time=st.sampled_from([0, 3, 30, 90, 65535, 1, 2]),
        bgp_identifier=identifiers,
        capabilities=capabilities(),
    )


def events() -> st.SearchStrategy[Event]:
    """Make any event that a driver may give."""
    return st.one_of(
        st.sampled_from(
            [
                Started(),
                TransportOpened(),
                TransportAccepted(),
                KeepaliveReceived(),
                UpdateReceived(),
                RouteRefreshReceived(),
                MessageSent(),
            ]
        ),
        st.builds(Stopped, st.none() | notifications()),
        st.builds(AutomaticallyStopped, notifications()),
        st.builds(TimerExpired, st.sampled_from(Timer)),
        st.just(TransportFailed("closed by peer")),
        st.builds(OpenReceived, opens()),
        st.builds(NotificationReceived, notifications()),
        st.builds(MessageRefused, notifications()),
    )


def connection_events() -> st.SearchStrategy[ConnectionEvent]:
    """Make any event that a connection may be given."""
    return st.one_of(events(), st.just(CollisionLost()))


def configs() -> st.SearchStrategy[SessionConfig]:
    """Make configurations that differ in what changes the machine's ways."""

    def configure(
        switches: tuple[bool, bool, bool],
        times: tuple[float, int, float | None],
        internal: bool,
        announced: tuple[Capability, ...],
    ) -> SessionConfig:
        ours = tuple(c for c in announced if not isinstance(c, FourOctetAsCapability))
        return replace(
            CONFIG,
            passive=switches[0],
            damp_oscillations=switches[1],
            collision_detect_established=switches[2],
            delay_open_time=times[0],
            hold_time=times[1],
            send_hold_time=times[2],
            peer_asn=None if internal else REMOTE_ASN,
            capabilities=ours,
        )

    return st.builds(
        configure,
        st.tuples(st.booleans(), st.booleans(), st.booleans()),
        st.tuples(st.sampled_from([0.0, 5.0]), st.sampled_from([0, 3, 90]), st.sampled_from([None, 0.0, 100.0])),
        st.booleans(),
        capabilities(),
    )
