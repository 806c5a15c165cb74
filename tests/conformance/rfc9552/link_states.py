"""Link states put together octet by octet."""

from bgpkit.wire.families.bgp_ls import BGP_LS_ROWS

(PLAIN, _) = BGP_LS_ROWS
GOOD = bytes.fromhex("0001 0015 02 0000000000000007 0100 0008 0200 0004 0000fde8")
"""A node of AS 65000 that nothing is wrong with."""


def nlri(kind: int, *tlvs: str) -> bytes:
    """Return an NLRI of IS-IS level 2 with TLVs in hexadecimal."""
    body = bytes.fromhex("02 0000000000000000" + "".join(tlvs))
    return kind.to_bytes(2, "big") + len(body).to_bytes(2, "big") + body


def keys(octets: bytes, *, withdrawn: bool = False) -> tuple[list[bytes], list[bytes]]:
    """Return the keys in a field, and the NLRI that are discarded."""
    blocks, discarded = PLAIN.blocks(octets, add_path=False, withdrawn=withdrawn)
    return [key for block in blocks for key in block.keys], discarded
