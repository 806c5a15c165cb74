"""RFC 8050, section 3: messages whose NLRI have path identifiers."""

from dataclasses import replace

import pytest

from bgpkit.mrt import Bgp4mpMessage, encode_record
from tests.unit.mrt.octets import KEEPALIVE, LOCAL4, PEER4, read_one

MESSAGE = Bgp4mpMessage(
    timestamp=1, peer_as=64512, local_as=64513, peer_address=PEER4, local_address=LOCAL4, message=KEEPALIVE
)


@pytest.mark.rfc("8050", "3")
@pytest.mark.parametrize(
    ("subtype", "four_octet_as", "local"), [(8, False, False), (9, True, False), (10, False, True), (11, True, True)]
)
@pytest.mark.parametrize("microseconds", [None, 5])
def test_the_fields_are_those_of_the_other_subtypes(
    subtype: int, microseconds: int | None, *, four_octet_as: bool, local: bool
) -> None:
    """Only the subtype tells, in BGP4MP and BGP4MP_ET alike; the BGP message stands there whole."""
    plain = replace(MESSAGE, four_octet_as=four_octet_as, local=local, microseconds=microseconds)
    add_path = replace(plain, add_path=True)
    octets = encode_record(add_path)
    assert octets[6:8] == subtype.to_bytes(2, "big")
    assert octets[:6] + octets[8:] == encode_record(plain)[:6] + encode_record(plain)[8:]
    assert octets.endswith(KEEPALIVE)
    assert read_one(octets) == add_path
