"""The terms where no OPENs tell them."""

from bgpkit.command.assumptions import Assumptions, described
from bgpkit.wire import ROWS
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST


def test_what_nobody_said_is_as_in_most_sessions_today() -> None:
    """4-octet AS numbers, no ADD-PATH, an internal peer, all families, messages of any length."""
    context = Assumptions().codec().context
    assert described(context) == "4-octet AS numbers, no ADD-PATH, an internal peer"
    assert (context.families, context.maximum) == (frozenset(ROWS), 65535)
    assert IPV4_UNICAST in context.extended_next_hop
    assert IPV6_UNICAST not in context.extended_next_hop


def test_what_the_user_said_counts() -> None:
    """Each option changes its part."""
    said = Assumptions(four_octet_as=False, add_path=frozenset({IPV6_UNICAST, IPV4_UNICAST}), internal=False)
    assert described(said.codec().context) == (
        "2-octet AS numbers, ADD-PATH for ipv4-unicast, ipv6-unicast, an external peer"
    )
    assert "ADD-PATH for all families" in described(Assumptions(add_path=frozenset(ROWS)).codec().context)


def test_what_is_known_is_stronger_where_it_is_certain() -> None:
    """A record's AS width decides, its ADD-PATH adds; whether a peer is internal only stands in for the user's word."""
    said = Assumptions(four_octet_as=True, add_path=frozenset({IPV6_UNICAST}), internal=True)
    context = said.codec(four_octet_as=False, add_path=frozenset({IPV4_UNICAST}), internal=False).context
    assert (context.four_octet_as, context.internal) == (False, True)
    assert context.add_path_receive == {IPV4_UNICAST, IPV6_UNICAST}
    assert not Assumptions().codec(internal=False).context.internal


def test_the_same_terms_give_the_same_codec() -> None:
    """So that attributes are decoded once."""
    said = Assumptions()
    assert said.codec() is said.codec(four_octet_as=True, internal=True)
    assert said.codec() is not said.codec(four_octet_as=False)
