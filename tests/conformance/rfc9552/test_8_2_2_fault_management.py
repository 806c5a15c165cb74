"""RFC 9552, section 8.2.2: what makes an NLRI malformed, and what follows."""

import pytest

from tests.conformance.rfc9552.link_states import GOOD, PLAIN, keys, nlri

LOCAL = "0100 0008 0200 0004 0000fde8"


@pytest.mark.rfc("9552", "8.2.2")
@pytest.mark.parametrize("withdrawn", [False, True])
@pytest.mark.parametrize(
    "octets",
    [
        nlri(1, "0100 00c8 0200 0004 0000fde8"),  # a TLV runs past the NLRI
        nlri(1, LOCAL, "010300"),  # three octets are no TLV
        nlri(1, "0100 0008 0200 0014 0000fde8"),  # a sub-TLV runs past its TLV
        nlri(2, LOCAL, "0101 0003 020000"),  # three octets are no sub-TLV
        bytes.fromhex("0001 0008 02 00000000000000"),  # no room for protocol and identifier
        bytes.fromhex("0004 0000"),
    ],
)
def test_a_malformed_nlri_that_can_be_skipped_is_discarded(octets: bytes, withdrawn: bool) -> None:
    """It "MUST handle such malformed NLRIs as 'NLRI discard'": the others in the field are kept."""
    assert keys(GOOD + octets + GOOD, withdrawn=withdrawn) == ([GOOD], [octets])


@pytest.mark.rfc("9552", "8.2.2")
@pytest.mark.parametrize("octets", [GOOD[:-1], GOOD + b"\0\1\0", GOOD + b"\0\1\0\1", GOOD[:3]])
def test_an_nlri_that_runs_past_the_field_cannot_be_skipped(octets: bytes) -> None:
    """The sum of lengths must be that of the field; else the UPDATE cannot be processed."""
    with pytest.raises(ValueError, match="cut short"):
        PLAIN.blocks(octets, add_path=False, withdrawn=False)


@pytest.mark.rfc("9552", "8.2.2")
@pytest.mark.parametrize(
    "octets",
    [
        nlri(1),  # no local node
        nlri(2, LOCAL),  # no remote node
        nlri(3, LOCAL),  # no prefix
        nlri(6, LOCAL),  # no segment identifier
        nlri(1, "0100 0007 0200 0003 00fde8"),  # an AS of three octets
        nlri(3, LOCAL, "0109 0004 21 c00002"),  # a prefix of 33 bits
        nlri(2, LOCAL, "0101 0000", "0103 0004 a9fe0001"),  # a link-local address
        nlri(2, LOCAL, "0101 0000", "0107 0002 f002"),  # reserved bits
        bytes.fromhex("0001 0009 ff 0000000000000000"),  # a private protocol
    ],
)
def test_contents_are_not_judged(octets: bytes) -> None:
    """An NLRI "MUST NOT be considered malformed or invalid based on the inclusion/exclusion of TLVs or contents"."""
    assert keys(octets) == ([octets], [])
    values = PLAIN.nlri(octets, add_path=False, withdrawn=False)
    assert PLAIN.octets(values, add_path=False) == [octets]
