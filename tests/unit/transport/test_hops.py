"""TTLs of what is sent, and the least of what is taken. RFC 5082."""

import socket

import pytest

from bgpkit.errors import ConfigError
from bgpkit.transport import TransportOptions
from bgpkit.transport.hops import check_way, least_ttl, set_hops, set_listener_hops
from bgpkit.transport.kernel_option import IP_MINTTL, IPV6_MINHOPCOUNT

FOUR = ((socket.IPPROTO_IP, socket.IP_TTL), (socket.IPPROTO_IP, IP_MINTTL))
SIX = ((socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS), (socket.IPPROTO_IPV6, IPV6_MINHOPCOUNT))


def hops(made: socket.socket) -> tuple[int, int]:
    """Return the TTL that a socket sends with, and the least that it takes."""
    sent, least = SIX if made.family == socket.AF_INET6 else FOUR
    return made.getsockopt(*sent), made.getsockopt(*least)


@pytest.mark.rfc("5082", "3")
@pytest.mark.parametrize(("allowed", "least"), [(1, 255), (2, 254), (254, 2)])
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_ttl_security_sends_with_the_highest_and_takes_what_has_not_lost_more_than_its_hops(
    family: socket.AddressFamily, allowed: int, least: int
) -> None:
    """A neighbour on the link is one hop away: nothing has been taken off its 255."""
    with socket.socket(family) as made:
        set_hops(made, 6 if family == socket.AF_INET6 else 4, TransportOptions(ttl_security=allowed))
        assert hops(made) == (255, least) == (255, least_ttl(allowed))


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_without_it_the_ttl_is_that_of_multihop_or_the_kernels(family: socket.AddressFamily) -> None:
    """Also on a socket that has had another one: one that was accepted has the listener's."""
    version = 6 if family == socket.AF_INET6 else 4
    with socket.socket(family) as made:
        kernels = hops(made)
        set_hops(made, version, TransportOptions(ttl_security=1))
        set_hops(made, version, TransportOptions(multihop=7))
        assert hops(made) == (7, 0)
        set_hops(made, version, TransportOptions())
        assert hops(made) == kernels


@pytest.mark.rfc("5082", "3")
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_listener_answers_with_the_full_ttl_and_remembers_the_syn(address: str) -> None:
    """What it accepts tells with which TTL the SYN came: 255 has come over one hop, and 64 over many."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for ttl, near in ((255, True), (254, False), (64, False)):
        with socket.socket(family) as listener, socket.socket(family) as caller:
            set_listener_hops(listener)
            listener.bind((address, 0))
            listener.listen()
            assert hops(listener)[0] == 255
            caller.setsockopt(*(SIX if ":" in address else FOUR)[0], ttl)
            caller.connect(listener.getsockname())
            accepted = listener.accept()[0]
            with accepted:
                if near:
                    check_way(accepted, 1)
                else:
                    sentence = rf"came with TTL {ttl}, and ttl_security 1 asks for 255 at least: .*\(RFC 5082\)$"
                    with pytest.raises(ConfigError, match=sentence):
                        check_way(accepted, 1)


def test_without_a_syn_nothing_is_held_against_a_connection() -> None:
    """The kernel keeps none where it sent SYN cookies, or was not asked to."""
    with socket.socket() as listener, socket.socket() as caller:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        caller.connect(listener.getsockname())
        with listener.accept()[0] as accepted:
            check_way(accepted, 1)
