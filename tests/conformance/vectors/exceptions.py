"""The rows that come out otherwise than others say: what comes instead, why, and the RFC's sentence that decides.

The tests ask for what stands here, so that an exception that is none any more fails.
"""

from dataclasses import dataclass
from typing import Final

ACTION: Final = "action"
"""What the codec does with a message, in the words of RFC 7606."""
NOTIFICATION: Final = "notification"
"""Code and subcode of the NOTIFICATION."""
OCTETS: Final = "octets"
"""What is written again, where it differs: the number of each octet, what it was, and what it is."""
VALUE: Final = "value"
"""What comes out of a part of a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorException:
    """Something that comes out otherwise in some rows."""

    rows: tuple[str, ...]
    found: tuple[tuple[str, str], ...]
    """What comes out, by what it is of: one of the words above, ``yabgp`` for what yabgp reads, or a fact of
    tshark's, such as ``tshark as_path``."""
    reason: str
    sentence: str
    """The RFC's words."""
    section: str


_BGPSEC: Final = (
    *(f"pcap-{number:04}" for number in (*range(59, 69), *range(71, 81), 160)),
    "routecore-0020",
)

EXCEPTIONS: Final = (
    VectorException(
        rows=_BGPSEC,
        found=((ACTION, "treat-as-withdraw"),),
        reason="BGPsec_PATH (33) stands instead of AS_PATH, in a session that has not agreed on BGPsec (RFC 8205): "
        "to this codec, which does not speak it, it is an optional attribute, and AS_PATH is missing",
        sentence='If any of the well-known mandatory attributes are not present in an UPDATE message, then "treat-as-'
        'withdraw" MUST be used.',
        section="RFC 7606, section 3 (d)",
    ),
    VectorException(
        rows=("exabgp-encoding-0041",),
        found=((ACTION, "session-reset"),),
        reason="behind length 128 and offset 120 ExaBGP writes 16 octets of pattern where 8 bits belong; the 15 left "
        "over begin with component type 0, which nobody knows",
        sentence="The length of the pattern is defined by the number of bits needed for pattern matching (length "
        "minus offset).",
        section="RFC 8956, section 3.1",
    ),
    VectorException(
        rows=("pcap-0156",),
        found=(
            (ACTION, "treat-as-withdraw"),
            ("tshark attr_codes", "1 2 5 16 128 14"),
            ("tshark origin", "0"),
            ("tshark as_path", ""),
            ("tshark local_pref", "100"),
            ("tshark originator_id", ""),
            ("tshark cluster_list", ""),
        ),
        reason="the AS_PATH within the ATTR_SET has an AS number of two octets, so that its segment runs past the "
        "end; what the ATTR_SET holds is carried as octets",
        sentence="The AS_PATH and AGGREGATOR attributes contained within an ATTR_SET attribute MUST be encoded using "
        "4-octet AS numbers, regardless of the capabilities advertised by the BGP speaker to which the ATTR_SET "
        "attribute is transmitted.",
        section="RFC 6368, section 5",
    ),
    VectorException(
        rows=("bgpkit-parser-0010",),
        found=((ACTION, "treat-as-withdraw"), (NOTIFICATION, "3/9")),
        reason="the tunnel says that 100 octets follow, and none do; its source does not look that far",
        sentence='If this is not the case, the TLV MUST be considered to be malformed, and the "Treat-as-withdraw" '
        "procedure of [RFC 7606] is applied.",
        section="RFC 9012, section 13",
    ),
    VectorException(
        rows=("fboss-bgp-0003",),
        found=((NOTIFICATION, "2/0"),),
        reason="two faults: the parameters are longer than the message, and the AS is 0. The row names the AS (2/2), "
        "its source the length, and so does the decoder, which leaves the AS to the machine",
        sentence="If one of the Optional Parameters in the OPEN message is recognized, but is malformed, then the "
        "Error Subcode MUST be set to 0 (Unspecific).",
        section="RFC 4271, section 6.2",
    ),
    VectorException(
        rows=("fboss-bgp-0023",),
        found=((NOTIFICATION, "3/1"),),
        reason="three faults that all reset the session: MP_UNREACH_NLRI comes again (3/1), the next hop of "
        "MP_REACH_NLRI runs past its end (3/9), and so does a prefix of the NLRI field (3/10)",
        sentence="If the MP_REACH_NLRI attribute or the MP_UNREACH_NLRI [RFC 4760] attribute appears more than once in "
        'the UPDATE message, then a NOTIFICATION message MUST be sent with the Error Subcode "Malformed Attribute '
        'List".',
        section="RFC 7606, section 3 (g)",
    ),
    VectorException(
        rows=("pcap-0017",),
        found=((NOTIFICATION, "3/1"),),
        reason="two faults that both reset the session: MP_REACH_NLRI comes twice (3/1), and the NLRI have path "
        "identifiers that nobody has agreed on (3/10)",
        sentence="If the MP_REACH_NLRI attribute or the MP_UNREACH_NLRI [RFC 4760] attribute appears more than once in "
        'the UPDATE message, then a NOTIFICATION message MUST be sent with the Error Subcode "Malformed Attribute '
        'List".',
        section="RFC 7606, section 3 (g)",
    ),
    VectorException(
        rows=("fboss-bgp-0001", "pcap-0149"),
        found=((NOTIFICATION, "1/2"),),
        reason="two faults: neither the length nor the type can be. The row names the type (1/3); the length comes "
        "first in the header and in the RFC, and the source of the first row says 1/2 as well",
        sentence="If at least one of the following is true: - if the Length field of the message header is less than "
        "19 or greater than 4096, [...] then the Error Subcode MUST be set to Bad Message Length.",
        section="RFC 4271, section 6.1",
    ),
    VectorException(
        rows=("pcap-0146", "pcap-0147"),
        found=((OCTETS, "octet 80: 08 -> 00"),),
        reason="the reserved octet of MP_REACH_NLRI is not kept",
        sentence="A 1 octet field that MUST be set to 0, and SHOULD be ignored upon receipt.",
        section="RFC 4760, section 3",
    ),
    VectorException(
        rows=("bio-rd-0054",),
        found=((VALUE, "2/0"),),
        reason="the parameter is 6 octets long, its capability 10; its source reads beyond the parameter",
        sentence="If one of the Optional Parameters in the OPEN message is recognized, but is malformed, then the "
        "Error Subcode MUST be set to 0 (Unspecific).",
        section="RFC 4271, section 6.2",
    ),
    VectorException(
        rows=("bio-rd-0063",),
        found=((VALUE, "UnknownCapability(code=69, value=b'\\x00\\x01\\x01')"),),
        reason="ADD-PATH with three octets says nothing that can be read: it is kept, and counts as not understood",
        sentence="If a BGP speaker receives from its peer a capability that it does not itself support or recognize, "
        "it MUST ignore that capability.",
        section="RFC 5492, section 3",
    ),
    VectorException(
        rows=("rustbgpd-0039",),
        found=((VALUE, "a capability runs past the end of its parameter at octet 0"),),
        reason="the octets are the value of a capability alone, without code and length",
        sentence="Capability Length is a one-octet unsigned binary integer that contains the length of the Capability "
        "Value field in octets.",
        section="RFC 5492, section 4",
    ),
    VectorException(
        rows=("bio-rd-0126", "bio-rd-0127"),
        found=((VALUE, "00"),),
        reason="an octet follows the NLRI, whose length says that it has come to its end",
        sentence="The Length field consists of a single octet. It specifies the length in bits of the remainder of "
        "the NLRI field.",
        section="RFC 8277, section 2.2",
    ),
    VectorException(
        rows=("yabgp-0023",),
        found=(("yabgp", "326c:ce92:25ea:365e:4d71:5945:2200:0/112 ::/0 ::/0"),),
        reason="two octets follow the prefix of 112 bits, each of which is a prefix of 0 bits; yabgp takes 16 octets",
        sentence="The Prefix field contains an address prefix followed by enough trailing bits to make the end of the "
        "field fall on an octet boundary.",
        section="RFC 4760, section 5",
    ),
    VectorException(
        rows=("exabgp-decoding-0018",),
        found=(
            ("tshark nlri_addr", "0.0.0.0 0.0.0.0 0.0.0.0 0.0.0.0 1.1.1.1"),
            ("tshark prefix_lengths", "0 0 0 0 32"),
            ("tshark path_ids", ""),
        ),
        reason="tshark guesses a path identifier of 0 where nobody has agreed on any; ExaBGP reads what stands here",
        sentence="A BGP speaker MUST follow the procedures defined in [RFC 4271] when generating an UPDATE message for "
        "a particular <AFI, SAFI> to a peer unless the BGP speaker advertises the ADD-PATH Capability to the peer "
        "indicating its ability to send multiple paths for the <AFI, SAFI>, and also receives the ADD-PATH Capability "
        "from the peer indicating its ability to receive multiple paths for the <AFI, SAFI>",
        section="RFC 7911, section 5",
    ),
    VectorException(
        rows=("holo-0004",),
        found=(("tshark cluster_list", "3.3.3.3"),),
        reason="tshark 4.0.17 reads a CLUSTER_LIST whose length has two octets from one octet too far",
        sentence="If the Extended Length bit of the Attribute Flags octet is set to 1, the third and fourth octets of "
        "the path attribute contain the length of the attribute data in octets.",
        section="RFC 4271, section 4.3",
    ),
    VectorException(
        rows=("pcap-0024",),
        found=(("tshark as_path", "64520"),),
        reason="tshark reads the one AS number of this path, of two octets, from four, the last two of which belong "
        "to the next attribute",
        sentence="The path segment length is a 1-octet length field, containing the number of ASes (not the number of "
        "octets) in the path segment value field.",
        section="RFC 4271, section 4.3",
    ),
    VectorException(
        rows=("bgp4j-0037",),
        found=(("tshark as_path", ""),),
        reason="tshark reads an AS4_PATH from a speaker of 4-octet AS numbers",
        sentence="A NEW BGP speaker that receives the AS4_PATH attribute or the AS4_AGGREGATOR attribute in an UPDATE "
        "message from another NEW BGP speaker MUST discard the path attribute and continue processing the UPDATE "
        "message.",
        section="RFC 6793, section 4.1",
    ),
)


def expected(row: str, of: str, otherwise: str | None) -> str | None:
    """Return what is to come out of a row: what an exception says ``of`` it, or else what others say."""
    found = (said for each in EXCEPTIONS if row in each.rows for what, said in each.found if what == of)
    return next(found, otherwise)
