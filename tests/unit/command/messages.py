"""BGP messages put together octet by octet from the figures of the RFCs."""

MARKER = b"\xff" * 16


def message(kind: int, body: bytes = b"") -> bytes:
    """Return a message with its header. RFC 4271, section 4.1."""
    return MARKER + (19 + len(body)).to_bytes(2, "big") + bytes((kind,)) + body


def opened(asn: int, *capabilities: bytes) -> bytes:
    """Return an OPEN of a 2-octet AS with capabilities, code and length and all. RFC 4271, section 4.2; RFC 5492."""
    parameters = b"".join(bytes((2, len(each))) + each for each in capabilities)
    return message(
        1, b"\x04" + asn.to_bytes(2, "big") + b"\x00\x5a\xc0\x00\x02\x01" + bytes((len(parameters),)) + parameters
    )


def update(attributes: bytes = b"", nlri: bytes = b"", withdrawn: bytes = b"") -> bytes:
    """Return an UPDATE. RFC 4271, section 4.3."""
    lengths = [len(field).to_bytes(2, "big") for field in (withdrawn, attributes)]
    return message(2, lengths[0] + withdrawn + lengths[1] + attributes + nlri)


def four_octet_as(asn: int) -> bytes:
    """Return capability 65. RFC 6793, section 3."""
    return b"\x41\x04" + asn.to_bytes(4, "big")


def add_path(mode: int) -> bytes:
    """Return capability 69 for IPv4 unicast: 1 to receive, 2 to send, 3 both. RFC 7911, section 4."""
    return b"\x45\x04\x00\x01\x01" + bytes((mode,))


KEEPALIVE = message(4)
CEASE = message(3, b"\x06\x02")
ORIGIN = bytes.fromhex("40010100")
AS_1 = bytes.fromhex("400206020100000001")
"""AS_PATH 1, in 4-octet AS numbers."""
NEXT_HOP = bytes.fromhex("400304c0000201")

AS_PATH = bytes.fromhex("40020a 02020001000202010003".replace(" ", ""))
"""With 4-octet AS numbers one sequence of 65538 and 33619971; with 2-octet ones sequences of 1 and 2, and of 3."""
NLRI = bytes.fromhex("00000008 180a0102".replace(" ", ""))
"""With ADD-PATH 10.1.2.0/24 under path identifier 8; without 0.0.0.0/0 three times, 24.0.0.0/8 and 1.0.0.0/10."""
AMBIGUOUS = update(ORIGIN + AS_PATH + NEXT_HOP, NLRI)
"""An UPDATE that means four different things, by the terms of the session."""

ROUTE = bytes.fromhex("080a")
PLAIN = update(ORIGIN + AS_1 + NEXT_HOP, ROUTE)
"""10.0.0.0/8 by AS 1 with 4-octet AS numbers."""
FAULTY = update(ORIGIN + bytes.fromhex("400200") + NEXT_HOP + bytes.fromhex("c00803010203"), bytes.fromhex("080a"))
"""A COMMUNITIES attribute of 3 octets: treat-as-withdraw by RFC 7606, section 7.8."""
FATAL = update(b"", b"\x21\x0a\x00\x00\x00\x00")
"""A prefix of 33 bits: a session reset by RFC 7606, section 5.3."""
