"""Which flow specification is tried first."""

from itertools import permutations

import pytest

from bgpkit.wire.families.flowspec import FLOWSPEC_ROWS, FlowSpecRule
from bgpkit.wire.families.flowspec_order import in_order_of_precedence
from bgpkit_rib import RouteDistinguisher

IPV4, IPV6 = FLOWSPEC_ROWS[:2]


def rules(width: int, octets: str) -> list[FlowSpecRule]:
    """Return the rules that a field of NLRI holds."""
    row = IPV4 if width == 32 else IPV6
    found = row.nlri(bytes.fromhex(octets), add_path=False, withdrawn=False)
    return [rule for rule in found if isinstance(rule, FlowSpecRule)]


@pytest.mark.parametrize(
    ("width", "octets"),
    [
        # a lower type, then a higher one, then none
        (32, "03 01 08 0a 03 02 08 0a 06 03 81 06 04 81 19 03 03 81 06 00"),
        # the more specific prefix, then the lower address
        (32, "04 01 10 0a01 03 01 08 0a 04 01 10 0b00 03 01 08 0b"),
        # the same prefix, and what follows decides
        (32, "06 01 08 0a 02 08 09 06 01 08 0a 02 08 0a 03 01 08 0a"),
        # values as strings of octets: the lower, and of two where one starts with the other the longer
        (32, "05 04 01 00 81 00 05 04 01 01 81 00 03 04 81 00 04 04 91 0000"),
        # the lower offset, though the prefix is less specific
        (128, "04 01 08 00 20 05 01 20 10 0db8 04 01 20 18 b8"),
        # of one offset the more specific pattern, then the lower one
        (128, "05 01 20 10 0db8 04 01 18 10 0d 04 01 18 10 0e"),
    ],
)
def test_the_order_is_that_of_the_rfc_whatever_came_first(width: int, octets: str) -> None:
    """RFC 8955, section 5.1; RFC 8956, section 4. The rules stand here in the order of their precedence."""
    wanted = rules(width, octets)
    assert len(wanted) > 2
    for arrival in permutations(wanted):
        assert in_order_of_precedence(arrival) == tuple(wanted)


def test_equal_rules_of_several_vpns_stay_in_the_order_given() -> None:
    """Their order says nothing: they are about different traffic."""
    (rule,) = rules(32, "03 03 81 06")
    first, second = (FlowSpecRule(rule.components, RouteDistinguisher.parse(text)) for text in ("2:2", "1:1"))
    assert in_order_of_precedence([first, second]) == (first, second)
    assert in_order_of_precedence([second, first]) == (second, first)
