"""The sub-TLVs of an SR policy's candidate path (RFC 9830, section 2.4)."""

from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import ClassVar, TypeAlias

from bgpkit.wire.attributes.label_stack_entry import LabelStackEntry
from bgpkit.wire.attributes.segment_list import EndpointBehaviorStructure, SegmentListTlv, read_segments, write_segments


def _check(what: str, *octets: int) -> None:
    """Refuse flags, reserved octets and small numbers that do not fit an octet each."""
    if not all(0 <= octet < 256 for octet in octets):
        raise ValueError(f"a field of the {what} does not fit an octet")


def _head(octets: bytes, what: str, *lengths: int) -> tuple[int, int]:
    """Return the first two octets of a value that has one of the ``lengths``; ValueError otherwise."""
    if len(octets) not in lengths:
        raise ValueError(f"a {what} of {len(octets)} octets does not have {' or '.join(map(str, lengths))}")
    return octets[0], octets[1]


@dataclass(frozen=True, slots=True)
class Preference:
    """The preference of the candidate path; the highest wins. RFC 9830, section 2.4.1."""

    code: ClassVar[int] = 12
    preference: int
    flags: int = 0
    reserved: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        _check("preference", self.flags, self.reserved)
        if not 0 <= self.preference < 1 << 32:
            raise ValueError(f"the preference {self.preference} does not fit 4 octets")

    @classmethod
    def of(cls, octets: bytes) -> "Preference":
        """Read the value; ValueError when its length is wrong."""
        flags, reserved = _head(octets, "preference", 6)
        return cls(int.from_bytes(octets[2:], "big"), flags, reserved)

    def octets(self) -> bytes:
        """Return the value in octets."""
        return bytes((self.flags, self.reserved)) + self.preference.to_bytes(4, "big")

    def __str__(self) -> str:
        """Return ``preference 100``."""
        return f"preference {self.preference}"


@dataclass(frozen=True, slots=True)
class BindingSid:
    """The SID that stands for the policy. RFC 9830, section 2.4.2."""

    code: ClassVar[int] = 13
    sid: LabelStackEntry | IPv6Address | None = None
    flags: int = 0
    """0x80: only with this SID; 0x40: drop when the path is invalid."""
    reserved: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        _check("binding SID", self.flags, self.reserved)

    @classmethod
    def of(cls, octets: bytes) -> "BindingSid":
        """Read the value; ValueError when its length is wrong."""
        flags, reserved = _head(octets, "binding SID", 2, 6, 18)
        match len(octets):
            case 2:
                return cls(None, flags, reserved)
            case 6:
                return cls(LabelStackEntry.of(octets[2:]), flags, reserved)
            case _:
                return cls(IPv6Address(octets[2:]), flags, reserved)

    def octets(self) -> bytes:
        """Return the value in octets."""
        match self.sid:
            case None:
                sid = b""
            case IPv6Address():
                sid = self.sid.packed
            case LabelStackEntry():
                sid = self.sid.octets()
        return bytes((self.flags, self.reserved)) + sid

    def __str__(self) -> str:
        """Return ``binding-sid 100``."""
        return f"binding-sid {self.sid or 'none'}"


@dataclass(frozen=True, slots=True)
class ExplicitNullLabelPolicy:
    """Whether to push an Explicit NULL label: 1 for IPv4, 2 for IPv6, 3 for both, 4 for none.

    RFC 9830, section 2.4.5.
    """

    code: ClassVar[int] = 14
    policy: int
    flags: int = 0
    reserved: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        _check("explicit NULL label policy", self.policy, self.flags, self.reserved)

    @classmethod
    def of(cls, octets: bytes) -> "ExplicitNullLabelPolicy":
        """Read the value; ValueError when its length is wrong."""
        flags, reserved = _head(octets, "explicit NULL label policy", 3)
        return cls(octets[2], flags, reserved)

    def octets(self) -> bytes:
        """Return the value in octets."""
        return bytes((self.flags, self.reserved, self.policy))

    def __str__(self) -> str:
        """Return ``explicit-null-label-policy 1``."""
        return f"explicit-null-label-policy {self.policy}"


@dataclass(frozen=True, slots=True)
class Priority:
    """When to compute the path anew after a change, the lowest first. RFC 9830, section 2.4.6."""

    code: ClassVar[int] = 15
    priority: int
    reserved: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        _check("priority", self.priority, self.reserved)

    @classmethod
    def of(cls, octets: bytes) -> "Priority":
        """Read the value; ValueError when its length is wrong."""
        return cls(*_head(octets, "priority", 2))

    def octets(self) -> bytes:
        """Return the value in octets."""
        return bytes((self.priority, self.reserved))

    def __str__(self) -> str:
        """Return ``priority 7``."""
        return f"priority {self.priority}"


@dataclass(frozen=True, slots=True)
class Srv6BindingSid:
    """The SRv6 SID that stands for the policy. RFC 9830, section 2.4.3."""

    code: ClassVar[int] = 20
    sid: IPv6Address
    behavior: EndpointBehaviorStructure | None = None
    flags: int = 0
    reserved: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        _check("SRv6 binding SID", self.flags, self.reserved)

    @classmethod
    def of(cls, octets: bytes) -> "Srv6BindingSid":
        """Read the value; ValueError when its length is wrong."""
        flags, reserved = _head(octets, "SRv6 binding SID", 18, 26)
        behavior = EndpointBehaviorStructure.of(octets[18:]) if len(octets) > 18 else None
        return cls(IPv6Address(octets[2:18]), behavior, flags, reserved)

    def octets(self) -> bytes:
        """Return the value in octets."""
        tail = b"" if self.behavior is None else self.behavior.octets()
        return bytes((self.flags, self.reserved)) + self.sid.packed + tail

    def __str__(self) -> str:
        """Return ``srv6-binding-sid 2001:db8::1``."""
        return f"srv6-binding-sid {self.sid}{'' if self.behavior is None else f' {self.behavior}'}"


@dataclass(frozen=True, slots=True)
class SegmentList:
    """One path, as a list of segments, and its weight. RFC 9830, section 2.4.4."""

    code: ClassVar[int] = 128
    segments: tuple[SegmentListTlv, ...]
    reserved: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        _check("segment list", self.reserved)

    @classmethod
    def of(cls, octets: bytes) -> "SegmentList":
        """Read the value; ValueError when it is malformed."""
        if not octets:
            raise ValueError("a segment list of no octets is shorter than 1")
        return cls(read_segments(octets[1:]), octets[0])

    def octets(self) -> bytes:
        """Return the value in octets; ValueError for a sub-TLV that does not fit."""
        return bytes((self.reserved,)) + write_segments(self.segments)

    def __str__(self) -> str:
        """Return ``segment-list [label 100, label 200, weight 1]``."""
        return f"segment-list [{', '.join(map(str, self.segments))}]"


@dataclass(frozen=True, slots=True)
class CandidatePathName:
    """The name of the candidate path. RFC 9830, section 2.4.7."""

    code: ClassVar[int] = 129
    name: str
    reserved: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        _check("candidate path name", self.reserved)

    @classmethod
    def of(cls, octets: bytes) -> "CandidatePathName":
        """Read the value; ValueError when there is no octet before the name, UnicodeDecodeError for no text."""
        if not octets:
            raise ValueError("a candidate path name of no octets is shorter than 1")
        return cls(octets[1:].decode(), octets[0])

    def octets(self) -> bytes:
        """Return the value in octets."""
        return bytes((self.reserved,)) + self.name.encode()

    def __str__(self) -> str:
        """Return ``candidate-path-name 'blue'``."""
        return f"candidate-path-name {self.name!r}"


@dataclass(frozen=True, slots=True)
class PolicyName:
    """The name of the SR policy. RFC 9830, section 2.4.8."""

    code: ClassVar[int] = 130
    name: str
    reserved: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        _check("policy name", self.reserved)

    @classmethod
    def of(cls, octets: bytes) -> "PolicyName":
        """Read the value; ValueError when there is no octet before the name, UnicodeDecodeError for no text."""
        if not octets:
            raise ValueError("a policy name of no octets is shorter than 1")
        return cls(octets[1:].decode(), octets[0])

    def octets(self) -> bytes:
        """Return the value in octets."""
        return bytes((self.reserved,)) + self.name.encode()

    def __str__(self) -> str:
        """Return ``policy-name 'blue'``."""
        return f"policy-name {self.name!r}"


SrPolicyDescription: TypeAlias = (
    Preference
    | BindingSid
    | ExplicitNullLabelPolicy
    | Priority
    | Srv6BindingSid
    | SegmentList
    | CandidatePathName
    | PolicyName
)
"""The sub-TLVs of RFC 9830, as values."""
