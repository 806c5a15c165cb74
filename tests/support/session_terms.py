"""The terms of sessions with graceful restart in all its kinds, as two OPENs make them."""

from ipaddress import IPv4Address

from bgpkit_fsm import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    Capability,
    Family,
    ForwardingState,
    GracefulRestartCapability,
    LongLivedGracefulRestartCapability,
    LongLivedState,
    MultiprotocolCapability,
    Negotiated,
    Open,
    negotiate,
)

ONE = frozenset((IPV4_UNICAST,))
BOTH = frozenset((IPV4_UNICAST, IPV6_UNICAST))


def graceful(
    *families: Family,
    preserved: bool = True,
    restarted: bool = False,
    notification: bool = False,
    restart_time: int = 120,
) -> GracefulRestartCapability:
    """Return a capability that lists families."""
    return GracefulRestartCapability(
        restarted=restarted,
        notification=notification,
        restart_time=restart_time,
        families=tuple(ForwardingState(family, preserved) for family in families),
    )


def long_lived(*families: Family, stale_time: int = 1000, preserved: bool = True) -> LongLivedGracefulRestartCapability:
    """Return a capability that lists families, each with the same time."""
    return LongLivedGracefulRestartCapability(
        tuple(LongLivedState(family=family, preserved=preserved, stale_time=stale_time) for family in families)
    )


def terms(
    ours: Capability | tuple[Capability, ...] | None,
    theirs: Capability | tuple[Capability, ...] | None,
    *families: Family,
) -> Negotiated:
    """Return the terms of a session that speaks ``families``, or both unicast ones."""
    spoken = tuple(map(MultiprotocolCapability, families or sorted(BOTH)))
    own, other = (
        Open(
            my_as=64512,
            hold_time=90,
            bgp_identifier=IPv4Address(number),
            capabilities=(*spoken, *_tuple(capabilities)),
        )
        for number, capabilities in ((1, ours), (2, theirs))
    )
    return negotiate(own, other)


def _tuple(capabilities: Capability | tuple[Capability, ...] | None) -> tuple[Capability, ...]:
    if capabilities is None:
        return ()
    return capabilities if isinstance(capabilities, tuple) else (capabilities,)
