"""RFC 4761, section 3: the NLRI of a VPLS."""

import pytest

from bgpkit.wire.families.label_stack import MplsLabel
from bgpkit.wire.families.vpls import VPLS_ROWS, VplsLabelBlock
from bgpkit_fsm import Family
from bgpkit_rib import RouteDistinguisher

(VPLS,) = VPLS_ROWS


@pytest.mark.rfc("4761", "3.2.2")
def test_an_nlri_has_the_fields_of_figure_2() -> None:
    """Length 17, route distinguisher, VE ID, VE block offset, VE block size, label base; AFI 25 and SAFI 65."""
    octets = bytes.fromhex(
        "0011"  # length
        "0000fde800000064"  # route distinguisher
        "0003"  # VE ID
        "0009"  # VE block offset
        "0008"  # VE block size
        "186a01"  # label base
    )
    block = VplsLabelBlock(
        route_distinguisher=RouteDistinguisher.parse("65000:100"),
        ve_id=3,
        block_offset=9,
        block_size=8,
        label_base=MplsLabel(100000),
    )
    assert VPLS.family == Family(25, 65)
    assert VPLS.nlri(octets, add_path=False, withdrawn=False) == (block,)
    assert VPLS.octets([block], add_path=False) == [octets]


@pytest.mark.rfc("4761", "3.5")
def test_nlri_with_one_distinguisher_ve_id_and_offset_are_one_destination() -> None:
    """Of such a speaker "MUST pick only one": labels and block size do not tell them apart, the others do."""
    first = bytes.fromhex("0011 0000fde800000064 0003 0009 0008 186a01")
    labels = bytes.fromhex("0011 0000fde800000064 0003 0009 0004 186b01")
    assert [len(block.keys) for block in VPLS.blocks(first + labels, add_path=False, withdrawn=False)[0]] == [1]
    for other in ("0000fde800000065 0003 0009", "0000fde800000064 0004 0009", "0000fde800000064 0003 0001"):
        field = first + bytes.fromhex(f"0011 {other} 0008 186a01")
        assert [len(block.keys) for block in VPLS.blocks(field, add_path=False, withdrawn=False)[0]] == [2]
