"""RFC 9830, sections 2 and 5: the sub-TLVs of an SR policy, and what is malformed in them."""

import pytest

from bgpkit.wire.attributes.sr_policy_sub_tlvs import Preference, Priority
from bgpkit.wire.attributes.tunnel_encapsulation import ROWS, TunnelEncapsulation
from tests.unit.wire.octets import MANDATORY, NLRI, attribute, context, update, verdict

SID = "20010db8000000000000000000000001"


def tunnel(sub_tlvs: str, kind: int = 15) -> bytes:
    """Return a tunnel in octets."""
    octets = bytes.fromhex(sub_tlvs)
    return kind.to_bytes(2, "big") + len(octets).to_bytes(2, "big") + octets


def action(value: bytes) -> str:
    """Return what an UPDATE with the attribute leads to."""
    return verdict(update(MANDATORY + attribute(0xC0, 23, value), NLRI)).action


@pytest.mark.rfc("9830", "2.2")
def test_two_sr_policies_withdraw() -> None:
    """An UPDATE with more than one TLV of the type SR Policy is malformed."""
    assert action(tunnel("0c 06 0000 00000064")) == "accept"
    assert action(tunnel("0c 06 0000 00000064") * 2) == "treat-as-withdraw"


@pytest.mark.rfc("9830", "5")
@pytest.mark.parametrize(
    "sub_tlv",
    [
        "0c 05 0000 000064",
        "0d 03 0000 00",
        "0e 02 0000",
        "0f 01 07",
        f"14 13 0000 {SID} 00",
        "80 0000",
        "80 0008 00 09 05 0000 000001",
        "80 0008 00 01 05 0000 000001",
        f"80 0016 00 0d 13 0000 {SID} 00",
        "80 0003 00 09 06",
        "81 0000",
        "82 0000",
    ],
)
def test_a_malformed_sub_tlv_of_an_sr_policy_withdraws(sub_tlv: str) -> None:
    """A length that section 2.4 does not allow is an error, and an error withdraws."""
    assert action(tunnel(sub_tlv)) == "treat-as-withdraw"


@pytest.mark.rfc("9012", "13")
@pytest.mark.parametrize("sub_tlv", ["0c 05 0000 000064", "80 0000"])
def test_in_another_tunnel_it_counts_as_not_known(sub_tlv: str) -> None:
    """Outside an SR policy the rule of RFC 9012 holds."""
    assert action(tunnel(sub_tlv, 8)) == "accept"


@pytest.mark.rfc("9830", "2.3")
@pytest.mark.parametrize("sub_tlv", ["06 06 00000000 0001", "04 01 00", "63 00"])
def test_sub_tlvs_that_an_sr_policy_does_not_use_are_ignored(sub_tlv: str) -> None:
    """Endpoint and colour, even malformed, and unknown ones, are no fault."""
    assert action(tunnel(f"0c 06 0000 00000064 {sub_tlv}")) == "accept"


@pytest.mark.rfc("9830", "2.4")
def test_sub_tlvs_that_come_again_are_no_fault() -> None:
    """The first counts, and the others are not malformed."""
    assert action(tunnel("0c 06 0000 00000064 0c 06 0000 000000c8")) == "accept"


@pytest.mark.rfc("9830", "2.4.1")
@pytest.mark.rfc("9830", "2.4.6")
def test_flags_and_reserved_octets_are_ignored() -> None:
    """The values are read whatever stands beside them."""
    found = ROWS[0].decode(tunnel("0c 06 ffff 00000064 0f 02 07ff"), context())
    assert isinstance(found, TunnelEncapsulation)
    preference, priority = found.tunnels[0].sub_tlvs
    assert isinstance(preference, Preference)
    assert isinstance(priority, Priority)
    assert (preference.preference, priority.priority) == (100, 7)
