"""RFC 9552, section 5.1: TLVs that are not known, and the order of those in an NLRI."""

import pytest

from bgpkit.wire.families.bgp_ls import BGP_LS_ROWS, LinkStateNlri
from bgpkit.wire.tlv import Tlv
from tests.conformance.rfc9552.link_states import GOOD, keys, nlri

(PLAIN, _) = BGP_LS_ROWS
LOCAL = "0100 0008 0200 0004 0000fde8"
REMOTE = "0101 0008 0200 0004 0000fde9"


def is_discarded(octets: bytes) -> bool:
    """Tell whether an NLRI is left out, while the one behind it is kept."""
    found, discarded = keys(octets + GOOD)
    assert found[-1] == GOOD
    return discarded == [octets]


@pytest.mark.rfc("9552", "5.1")
def test_unknown_types_are_preserved_and_propagated() -> None:
    """They "MUST be preserved and propagated", and do not make an NLRI malformed: in a node, beside it, behind it."""
    octets = nlri(2, "0001 0001 aa 0100 000d 0200 0004 0000fde8 0300 0001 bb", REMOTE, "ffff 0002 ccdd")
    assert keys(octets) == ([octets], [])
    (value,) = PLAIN.nlri(octets, add_path=False, withdrawn=False)
    assert isinstance(value, LinkStateNlri)
    assert value.descriptors[0] == Tlv(1, b"\xaa")
    assert value.local_node[1] == Tlv(768, b"\xbb")
    assert value.descriptors[3] == Tlv(65535, b"\xcc\xdd")
    assert PLAIN.octets([value], add_path=False) == [octets]


@pytest.mark.rfc("9552", "5.1")
def test_known_types_where_they_are_not_expected_are_no_fault() -> None:
    """A prefix in a link, a link's address in a node: "unexpected TLVs MUST NOT result in" a malformed NLRI."""
    link = nlri(2, LOCAL, REMOTE, "0109 0004 18 c00002")
    node = nlri(1, LOCAL, "0103 0004 c0000201")
    assert keys(link + node) == ([link, node], [])


@pytest.mark.rfc("9552", "5.1")
def test_types_that_do_not_ascend_make_an_nlri_malformed() -> None:
    """Such "MUST be considered as malformed by a BGP-LS Propagator"."""
    assert is_discarded(nlri(2, REMOTE, LOCAL))
    assert is_discarded(nlri(2, LOCAL, REMOTE, "0104 0004 c0000202", "0103 0004 c0000201"))
    assert not is_discarded(nlri(2, LOCAL, REMOTE, "0103 0004 c0000201", "0104 0004 c0000202"))


@pytest.mark.rfc("9552", "5.1")
def test_tlvs_of_one_type_ascend_by_length_and_then_by_value() -> None:
    """First the length, then the value as a string of octets."""
    short, long, longer = "0107 0002 ffff", "0107 0004 00000000", "0107 0004 00000001"
    assert not is_discarded(nlri(2, LOCAL, REMOTE, short, long, longer))
    assert not is_discarded(nlri(2, LOCAL, REMOTE, short, short))
    assert is_discarded(nlri(2, LOCAL, REMOTE, long, short))
    assert is_discarded(nlri(2, LOCAL, REMOTE, longer, long))


@pytest.mark.rfc("9552", "5.2.1.4")
def test_a_node_has_each_descriptor_once_in_ascending_order() -> None:
    """There "MUST be one instance of each sub-TLV type present in any Node Descriptor" at most, and they ascend."""
    system, router = "0200 0004 0000fde8", "0203 0004 c0000201"
    assert not is_discarded(nlri(1, f"0100 0010 {system} {router}"))
    assert is_discarded(nlri(1, f"0100 0010 {router} {system}"))
    assert is_discarded(nlri(1, f"0100 0010 {system} {system}"))
    assert is_discarded(nlri(2, LOCAL, f"0101 0010 {router} {router}"))
