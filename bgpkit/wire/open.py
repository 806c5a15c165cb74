"""The OPEN message in octets (RFC 4271, section 4.2)."""

from ipaddress import IPv4Address
from typing import Final

from bgpkit.errors import OpenError
from bgpkit.wire.capabilities import decode_capabilities, encode_capability
from bgpkit.wire.framing import MessageType, encode_message_header
from bgpkit_fsm import Capability, ErrorCode, Notification, Open, OpenSubcode

_VERSION: Final = 4
_FIXED_LENGTH: Final = 10
_CAPABILITIES: Final = 2
_EXTENDED: Final = 255


def decode_open(data: bytes, start: int, end: int) -> Open:
    """Return the OPEN whose body is ``data[start:end]``.

    The capabilities of all Capabilities parameters come in their order; what is needed to write them again octet
    for octet is kept beside them. OpenError: 2/1 for another version (with the version we speak), 2/4 for a
    parameter that is not Capabilities, 2/0 for lengths that do not fit. Whether AS, identifier and hold time are
    acceptable is for the machine to say.

    RFC 4271, sections 4.2 and 6.2; RFC 5492, section 4; RFC 9072, section 2.
    """
    body = data[start:end]
    if body and body[0] != _VERSION:
        raise _error(
            f"BGP version {body[0]} is not supported",
            OpenSubcode.UNSUPPORTED_VERSION_NUMBER,
            _VERSION.to_bytes(2, "big"),
        )
    if len(body) < _FIXED_LENGTH:
        raise _error("the message ends before its optional parameters length")
    extended = bool(body[9]) and body[10:11] == bytes((_EXTENDED,))
    groups = _decode_parameters(body, extended=extended)
    capabilities = tuple(capability for group in groups for capability in group)
    counts = tuple(map(len, groups))
    ordinary_length = len(body) - _FIXED_LENGTH - 3 - len(groups)
    return Open(
        version=body[0],
        my_as=int.from_bytes(body[1:3], "big"),
        hold_time=int.from_bytes(body[3:5], "big"),
        bgp_identifier=IPv4Address(body[5:9]),
        capabilities=capabilities,
        capability_groups=() if counts == _one_group(capabilities) else counts,
        extended_parameters=extended and ordinary_length <= _EXTENDED,
    )


def encode_open(message: Open) -> bytes:
    """Return ``message`` as a whole message, its capabilities in the parameters that it asks for.

    The extended form is used when it is asked for, and when the parameters exceed 255 octets. ValueError when a
    field does not fit, or the message would exceed 4,096 octets.

    RFC 4271, section 4.2; RFC 9072, section 2.
    """
    if not (0 <= message.version <= 255 and 0 <= message.my_as <= 0xFFFF and 0 <= message.hold_time <= 0xFFFF):
        raise ValueError(f"version, AS or hold time of {message} does not fit its field")
    fixed = b"%c%b%b%b" % (
        message.version,
        message.my_as.to_bytes(2, "big"),
        message.hold_time.to_bytes(2, "big"),
        message.bgp_identifier.packed,
    )
    return encode_message_header(MessageType.OPEN, fixed + _encode_parameters(message))


def _decode_parameters(body: bytes, *, extended: bool) -> list[tuple[Capability, ...]]:
    """Read the capabilities of each parameter, in the form of RFC 4271 or in the extended one of RFC 9072."""
    total, offset, size = body[9], _FIXED_LENGTH, 1
    if extended:
        if len(body) < _FIXED_LENGTH + 3:
            raise _error("the message ends before its extended optional parameters length")
        total, offset, size = int.from_bytes(body[11:13], "big"), _FIXED_LENGTH + 3, 2
    if offset + total != len(body):
        raise _error(f"optional parameters of {total} octets do not fit the message")
    groups: list[tuple[Capability, ...]] = []
    while offset < len(body):
        value_start = offset + 1 + size
        if value_start > len(body):
            raise _error("an optional parameter is cut short")
        stop = value_start + int.from_bytes(body[offset + 1 : value_start], "big")
        if stop > len(body):
            raise _error("an optional parameter runs past the end of the message")
        if body[offset] != _CAPABILITIES:
            raise _error(
                f"optional parameter {body[offset]} is not supported", OpenSubcode.UNSUPPORTED_OPTIONAL_PARAMETER
            )
        try:
            groups.append(decode_capabilities(body[value_start:stop]))
        except ValueError as error:
            raise _error(str(error)) from error
        offset = stop
    return groups


def _encode_parameters(message: Open) -> bytes:
    """Write the length of the parameters, and one parameter for each group of capabilities."""
    encoded = iter([encode_capability(capability) for capability in message.capabilities])
    counts = message.capability_groups or _one_group(message.capabilities)
    values = [b"".join(next(encoded) for _ in range(count)) for count in counts]
    total = sum(2 + len(value) for value in values)
    if not message.extended_parameters and total <= _EXTENDED:
        return bytes((total,)) + b"".join(bytes((_CAPABILITIES, len(value))) + value for value in values)
    parameters = b"".join(bytes((_CAPABILITIES,)) + _length(len(value)) + value for value in values)
    return bytes((_EXTENDED, _EXTENDED)) + _length(len(parameters)) + parameters


def _one_group(capabilities: tuple[Capability, ...]) -> tuple[int, ...]:
    """Return the groups of an OPEN that has all its capabilities in one parameter, or no parameter at all."""
    return (len(capabilities),) if capabilities else ()


def _length(value: int) -> bytes:
    if value > 0xFFFF:
        raise ValueError(f"{value} octets of capabilities do not fit an OPEN")
    return value.to_bytes(2, "big")


def _error(text: str, subcode: OpenSubcode = OpenSubcode.UNSPECIFIC, data: bytes = b"") -> OpenError:
    return OpenError(text, Notification(ErrorCode.OPEN_MESSAGE_ERROR, subcode, data))
