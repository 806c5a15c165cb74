"""RFC 8955, section 5.1: the order of flow specifications."""

from itertools import permutations

import pytest

from bgpkit.wire.families.flowspec import FLOWSPEC_ROWS, FlowSpecRule
from bgpkit.wire.families.flowspec_order import in_order_of_precedence


def rules(*octets: str) -> tuple[FlowSpecRule, ...]:
    """Return IPv4 rules."""
    found = FLOWSPEC_ROWS[0].nlri(bytes.fromhex("".join(octets)), add_path=False, withdrawn=False)
    return tuple(rule for rule in found if isinstance(rule, FlowSpecRule))


def assert_order(*octets: str) -> None:
    """Assert that rules come in the order given, whatever the order of their arrival."""
    wanted = rules(*octets)
    assert len(wanted) == len(octets)
    assert {in_order_of_precedence(arrival) for arrival in permutations(wanted)} == {wanted}


@pytest.mark.rfc("8955", "5.1")
def test_the_lower_component_type_has_precedence() -> None:
    """At the first component where the types differ; a rule without the component comes after."""
    assert_order("06 01 08 0a 03 81 06", "06 01 08 0a 04 81 06", "03 01 08 0a", "03 02 08 0a", "03 03 81 06")


@pytest.mark.rfc("8955", "5.1")
def test_the_more_specific_prefix_has_precedence() -> None:
    """Even over a lower address; prefixes that do not cover each other go by address."""
    assert_order("05 01 18 0a8000", "03 01 08 0a", "04 01 0c 0b10", "03 01 08 0c")


@pytest.mark.rfc("8955", "5.1")
def test_other_components_are_compared_as_strings_of_octets() -> None:
    """The lower string first; of two where one starts with the other the longer."""
    assert_order("05 03 01 06 81 11", "03 03 81 06", "03 03 81 11", "04 03 91 0000")
    assert_order("07 04 01 19 01 50 81 16", "05 04 01 19 81 00", "03 04 81 19")
