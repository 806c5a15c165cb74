"""The SRv6 Service TLVs of Prefix-SID (RFC 9252)."""

from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Final, TypeAlias

from bgpkit.wire.attributes.short_tlv import pair, read_short_tlvs, two_octets, write_short_tlvs
from bgpkit.wire.tlv import Tlv

L3_SERVICE: Final = 5
L2_SERVICE: Final = 6
_SID_INFORMATION: Final = 1
_SID_STRUCTURE: Final = 1
_INFORMATION_LENGTH: Final = 21
_STRUCTURE_LENGTH: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class SidStructure:
    """How the bits of an SRv6 SID are divided; all numbers count bits. RFC 9252, section 3.2.1.

    ValueError when one does not fit an octet.
    """

    locator_block_length: int
    locator_node_length: int
    function_length: int
    argument_length: int
    transposition_length: int = 0
    transposition_offset: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        if not all(0 <= each < 256 for each in self._fields()):
            raise ValueError(f"a length of the SID structure {self} does not fit an octet")

    @property
    def is_valid(self) -> bool:
        """Whether the lengths fit a SID and each other: a SID whose structure is not valid is of no use.

        RFC 9252, sections 3.2.1 and 7, with erratum 7817.
        """
        total = sum(self._fields()[:4])
        transposed = self.transposition_length + self.transposition_offset
        return transposed <= total <= 128 and (self.transposition_length > 0 or self.transposition_offset == 0)

    def _fields(self) -> tuple[int, ...]:
        return (
            self.locator_block_length,
            self.locator_node_length,
            self.function_length,
            self.argument_length,
            self.transposition_length,
            self.transposition_offset,
        )

    def octets(self) -> bytes:
        """Return the value of the sub-sub-TLV."""
        return bytes(self._fields())

    def __str__(self) -> str:
        """Return the lengths in order, the transposition last: ``[40,24,16,0,16,64]``."""
        return f"[{','.join(map(str, self._fields()))}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class SidInformation:
    """An SRv6 SID and what it is for. RFC 9252, section 3.1.

    ValueError when a field does not fit its octets.
    """

    sid: IPv6Address
    endpoint_behavior: int
    """Code point of the SRv6 Endpoint Behavior; 0xffff when the sender does not tell. RFC 8986, section 10.2."""
    flags: int = 0
    reserved1: int = 0
    reserved2: int = 0
    sub_sub_tlvs: tuple[SidStructure | Tlv, ...] = ()
    """Of a type that is not known, or a SID structure of another length than 6: a Tlv."""

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        octets = (self.flags, self.reserved1, self.reserved2)
        if not all(0 <= each < 256 for each in octets) or not 0 <= self.endpoint_behavior < 1 << 16:
            raise ValueError("a field of the SRv6 SID information does not fit its octets")

    @property
    def structure(self) -> SidStructure | None:
        """The SID structure, if there is one: the first."""
        return next((each for each in self.sub_sub_tlvs if isinstance(each, SidStructure)), None)

    def octets(self) -> bytes:
        """Return the value of the sub-TLV; ValueError for a sub-sub-TLV that does not fit."""
        tlvs = [
            (_SID_STRUCTURE, each.octets()) if isinstance(each, SidStructure) else pair(each)
            for each in self.sub_sub_tlvs
        ]
        tail = bytes((self.flags,)) + self.endpoint_behavior.to_bytes(2, "big") + bytes((self.reserved2,))
        rest = write_short_tlvs(tlvs, two_octets, "sub-sub-TLV")
        return bytes((self.reserved1,)) + self.sid.packed + tail + rest

    def __str__(self) -> str:
        """Return SID, behavior and the rest: ``2001:db8:1:1:: behavior 0x13 [40,24,16,0,0,0]``."""
        words = [f"{self.sid} behavior 0x{self.endpoint_behavior:x}", *map(str, self.sub_sub_tlvs)]
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Srv6L3Service:
    """The SIDs of a layer 3 service. ValueError when a field does not fit. RFC 9252, section 2."""

    sub_tlvs: tuple[SidInformation | Tlv, ...]
    reserved: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        _check_reserved(self.reserved)

    def __str__(self) -> str:
        """Return the SIDs."""
        return f"l3-service {', '.join(map(str, self.sub_tlvs))}"


@dataclass(frozen=True, slots=True)
class Srv6L2Service:
    """The SIDs of a layer 2 service. ValueError when a field does not fit. RFC 9252, section 2."""

    sub_tlvs: tuple[SidInformation | Tlv, ...]
    reserved: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        _check_reserved(self.reserved)

    def __str__(self) -> str:
        """Return the SIDs."""
        return f"l2-service {', '.join(map(str, self.sub_tlvs))}"


Srv6Service: TypeAlias = Srv6L3Service | Srv6L2Service


def _check_reserved(reserved: int) -> None:
    if not 0 <= reserved < 256:
        raise ValueError(f"the reserved octet {reserved} of an SRv6 service does not fit")


def read_service(code: int, octets: bytes) -> Srv6Service:
    """Return the value of a Service TLV of type 5 or 6; ValueError when it is malformed.

    RFC 9252, sections 2, 3 and 7.
    """
    if not octets:
        raise ValueError("an SRv6 service of no octets is shorter than 1")
    sub_tlvs = tuple(
        _read_information(value) if kind == _SID_INFORMATION else Tlv(kind, value)
        for kind, value in read_short_tlvs(octets[1:], two_octets, "SRv6 service sub-TLV")
    )
    return Srv6L3Service(sub_tlvs, octets[0]) if code == L3_SERVICE else Srv6L2Service(sub_tlvs, octets[0])


def _read_information(octets: bytes) -> SidInformation:
    if len(octets) < _INFORMATION_LENGTH:
        raise ValueError(f"SRv6 SID information of {len(octets)} octets is shorter than {_INFORMATION_LENGTH}")
    return SidInformation(
        sid=IPv6Address(octets[1:17]),
        endpoint_behavior=int.from_bytes(octets[18:20], "big"),
        flags=octets[17],
        reserved1=octets[0],
        reserved2=octets[20],
        sub_sub_tlvs=tuple(
            _read_structure(value) if kind == _SID_STRUCTURE and len(value) == _STRUCTURE_LENGTH else Tlv(kind, value)
            for kind, value in read_short_tlvs(octets[_INFORMATION_LENGTH:], two_octets, "sub-sub-TLV")
        ),
    )


def _read_structure(octets: bytes) -> SidStructure:
    return SidStructure(
        locator_block_length=octets[0],
        locator_node_length=octets[1],
        function_length=octets[2],
        argument_length=octets[3],
        transposition_length=octets[4],
        transposition_offset=octets[5],
    )


def write_service(service: Srv6Service) -> tuple[int, bytes]:
    """Return type and value of a Service TLV; ValueError for a sub-TLV that does not fit."""
    tlvs = [
        (_SID_INFORMATION, each.octets()) if isinstance(each, SidInformation) else pair(each)
        for each in service.sub_tlvs
    ]
    code = L3_SERVICE if isinstance(service, Srv6L3Service) else L2_SERVICE
    return code, bytes((service.reserved,)) + write_short_tlvs(tlvs, two_octets, "SRv6 service sub-TLV")
