"""Tests of the names of error codes and subcodes: those of IANA's registry "BGP Error Codes" and its subregistries."""

import pytest

from bgpkit_fsm import error_name

REGISTRY = """
1/0 Message Header Error / Unspecific
1/1 Message Header Error / Connection Not Synchronized
1/2 Message Header Error / Bad Message Length
1/3 Message Header Error / Bad Message Type
2/0 OPEN Message Error / Unspecific
2/1 OPEN Message Error / Unsupported Version Number
2/2 OPEN Message Error / Bad Peer AS
2/3 OPEN Message Error / Bad BGP Identifier
2/4 OPEN Message Error / Unsupported Optional Parameter
2/5 OPEN Message Error / Authentication Failure (deprecated)
2/6 OPEN Message Error / Unacceptable Hold Time
2/7 OPEN Message Error / Unsupported Capability
2/8 OPEN Message Error / Subcode 8 (deprecated)
2/9 OPEN Message Error / Subcode 9 (deprecated)
2/10 OPEN Message Error / Subcode 10 (deprecated)
2/11 OPEN Message Error / Role Mismatch
3/0 UPDATE Message Error / Unspecific
3/1 UPDATE Message Error / Malformed Attribute List
3/2 UPDATE Message Error / Unrecognized Well-known Attribute
3/3 UPDATE Message Error / Missing Well-known Attribute
3/4 UPDATE Message Error / Attribute Flags Error
3/5 UPDATE Message Error / Attribute Length Error
3/6 UPDATE Message Error / Invalid ORIGIN Attribute
3/7 UPDATE Message Error / AS Routing Loop (deprecated)
3/8 UPDATE Message Error / Invalid NEXT_HOP Attribute
3/9 UPDATE Message Error / Optional Attribute Error
3/10 UPDATE Message Error / Invalid Network Field
3/11 UPDATE Message Error / Malformed AS_PATH
4/0 Hold Timer Expired
5/0 Finite State Machine Error / Unspecified Error
5/1 Finite State Machine Error / Receive Unexpected Message in OpenSent State
5/2 Finite State Machine Error / Receive Unexpected Message in OpenConfirm State
5/3 Finite State Machine Error / Receive Unexpected Message in Established State
6/1 Cease / Maximum Number of Prefixes Reached
6/2 Cease / Administrative Shutdown
6/3 Cease / Peer De-configured
6/4 Cease / Administrative Reset
6/5 Cease / Connection Rejected
6/6 Cease / Other Configuration Change
6/7 Cease / Connection Collision Resolution
6/8 Cease / Out of Resources
6/9 Cease / Hard Reset
6/10 Cease / BFD Down
7/1 ROUTE-REFRESH Message Error / Invalid Message Length
8/0 Send Hold Timer Expired
9/0 Loss of LSDB Synchronization
"""
ROWS = [line.partition(" ")[::2] for line in REGISTRY.strip().splitlines()]


@pytest.mark.parametrize(("numbers", "name"), ROWS)
def test_codes_and_subcodes_have_the_names_of_the_registry(numbers: str, name: str) -> None:
    """Deprecated ones are marked so."""
    code, subcode = map(int, numbers.split("/"))
    assert error_name(code, subcode) == name


@pytest.mark.parametrize(
    ("code", "subcode", "name"),
    [
        (6, 0, "Cease"),
        (6, 11, "Cease / Subcode 11"),
        (2, 99, "OPEN Message Error / Subcode 99"),
        (4, 1, "Hold Timer Expired / Subcode 1"),
        (0, 0, "error code 0, subcode 0"),
        (99, 1, "error code 99, subcode 1"),
    ],
)
def test_numbers_without_a_name_are_shown_as_numbers(code: int, subcode: int, name: str) -> None:
    """A subcode of 0 that has no name is left out: RFC 4271, section 4.5, uses 0 where none is defined."""
    assert error_name(code, subcode) == name
