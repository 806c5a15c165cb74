"""RFC 4760, section 8: a family is exchanged when both announce it."""

from dataclasses import replace

import pytest

from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Capability, Family, MultiprotocolCapability, negotiate
from tests.unit.fsm.sessions import CONFIG, remote_open

V4, V6 = MultiprotocolCapability(IPV4_UNICAST), MultiprotocolCapability(IPV6_UNICAST)


@pytest.mark.rfc("4760", "8")
@pytest.mark.parametrize(
    ("ours", "theirs", "common"),
    [
        ((), (), (IPV4_UNICAST,)),
        ((V4, V6), (), (IPV4_UNICAST,)),
        ((), (V6, V4), (IPV4_UNICAST,)),
        ((V6, V4), (V4, V6), (IPV6_UNICAST, IPV4_UNICAST)),
        ((V4, V6), (V6,), (IPV6_UNICAST,)),
        ((V6,), (V4, V6), (IPV6_UNICAST,)),
        ((V4,), (V6,), ()),
        ((V6,), (), ()),
        ((V4, V4), (V4,), (IPV4_UNICAST,)),
    ],
)
def test_families_of_a_session(
    ours: tuple[Capability, ...], theirs: tuple[Capability, ...], common: tuple[Family, ...]
) -> None:
    """Both announce it; without any such capability a side means IPv4 unicast, with some it means those only."""
    assert negotiate(replace(CONFIG, capabilities=ours).open, remote_open(*theirs)).families == common
