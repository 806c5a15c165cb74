"""RFC 7311, section 3: the AIGP attribute, and what makes it malformed."""

import pytest

from bgpkit.wire.attributes.aigp import ROWS, Aigp
from tests.unit.wire.octets import MANDATORY, NLRI, attribute, context, decode, update, verdict

METRIC = "01 000b 000000000000002a"


def aigp(value: str, flags: int = 0x80) -> bytes:
    """Return an AIGP attribute."""
    return attribute(flags, 26, bytes.fromhex(value))


def is_discarded(octets: bytes) -> bool:
    """Tell whether an UPDATE keeps its routes, and loses the attribute."""
    whole = update(MANDATORY + octets, NLRI)
    return verdict(whole).action == "attribute-discard" and decode(whole).announced[0][1].raw == MANDATORY


@pytest.mark.rfc("7311", "3")
def test_the_first_aigp_tlv_counts() -> None:
    """Of several the first gives the metric, and the others stay."""
    value = ROWS[0].decode(bytes.fromhex(f"{METRIC} 01 000b 0000000000000001"), context())
    assert isinstance(value, Aigp)
    assert (value.metric, len(value.tlvs)) == (42, 2)


@pytest.mark.rfc("7311", "3.2")
@pytest.mark.parametrize("value", [METRIC, f"{METRIC} {METRIC}", f"02 0003 {METRIC} 02 0004 aa", "63 0003"])
def test_repeated_and_unknown_types_are_no_fault(value: str) -> None:
    """More than one TLV of a type, and types that are not known, do not make it malformed."""
    octets = update(MANDATORY + aigp(value), NLRI)
    assert verdict(octets).action == "accept"
    assert decode(octets).announced[0][1].raw == MANDATORY + aigp(value)


@pytest.mark.rfc("7311", "3.2")
@pytest.mark.parametrize(
    "value", ["", "01", "01 000a 00000000000000", "01 000c 000000000000002a", f"{METRIC} 02 0002", "02 0004"]
)
def test_a_malformed_attribute_is_discarded(value: str) -> None:
    """It is treated like an unknown attribute that is not transitive: ignored, and not passed on."""
    assert is_discarded(aigp(value))


@pytest.mark.rfc("7311", "3.2")
def test_an_attribute_with_the_transitive_bit_is_discarded() -> None:
    """Such an attribute is malformed, whatever it holds."""
    assert is_discarded(aigp(METRIC, 0xC0))


@pytest.mark.rfc("7311", "3.2")
def test_the_maximum_metric_is_discarded() -> None:
    """0xffffffffffffffff in the first AIGP TLV makes it malformed; in a later one it does not matter."""
    maximum = "01 000b ffffffffffffffff"
    assert is_discarded(aigp(maximum))
    assert verdict(update(MANDATORY + aigp(f"{METRIC} {maximum}"), NLRI)).action == "accept"


@pytest.mark.rfc("7311", "3.2")
def test_an_attribute_cut_short_in_a_capture_is_discarded() -> None:
    """ac110000, from the bgp-aigp-oobr capture of tcpdump, claims 4,352 octets."""
    assert is_discarded(aigp("ac110000"))
