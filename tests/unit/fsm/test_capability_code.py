"""Tests of the numbers of capabilities."""

from hypothesis import given

from bgpkit.testing.strategies import capabilities
from bgpkit.wire import encode_capability
from bgpkit_fsm import Capability
from bgpkit_fsm.capability_code import capability_code


@given(capability=capabilities())
def test_the_code_is_the_first_octet_of_the_encoding(capability: Capability) -> None:
    """What an OPEN is written with, of every kind there is."""
    assert encode_capability(capability)[0] == capability_code(capability)
