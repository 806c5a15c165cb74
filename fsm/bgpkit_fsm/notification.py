"""The NOTIFICATION message, with what some of its data say."""

from dataclasses import dataclass
from typing import Final

from bgpkit_fsm.error_code import CeaseSubcode, ErrorCode, error_name

LONGEST_COMMUNICATION: Final = 255
"""Octets that a shutdown communication may have in UTF-8. RFC 9003, section 2."""

_WITH_COMMUNICATION: Final = (CeaseSubcode.ADMINISTRATIVE_SHUTDOWN, CeaseSubcode.ADMINISTRATIVE_RESET)


@dataclass(frozen=True, slots=True)
class Notification:
    """A NOTIFICATION message. RFC 4271, section 4.5."""

    code: int
    """An ``ErrorCode``, or another number from 0 to 255."""
    subcode: int = 0
    """A number from 0 to 255 whose meaning the code decides: ``OpenSubcode``, ``CeaseSubcode`` and so on."""
    data: bytes = b""

    @classmethod
    def shutdown(cls, text: str, subcode: int = CeaseSubcode.ADMINISTRATIVE_SHUTDOWN) -> "Notification":
        """Return the Cease that tells the peer's operator why the session ends.

        ``subcode`` is Administrative Shutdown or Administrative Reset. A peer that knows only the older RFC 8203
        takes a text of up to 128 octets. ValueError for another subcode, for more than 255 octets of UTF-8, and
        for what UTF-8 cannot say.

        RFC 9003, sections 2 and 3.
        """
        if subcode not in _WITH_COMMUNICATION:
            raise ValueError(f"a shutdown communication goes with subcode 2 or 4 of Cease, not with {subcode}")
        try:
            octets = text.encode()
        except UnicodeEncodeError as error:
            raise ValueError(f"the shutdown communication {text!r} cannot be written in UTF-8") from error
        if len(octets) > LONGEST_COMMUNICATION:
            raise ValueError(f"a shutdown communication of {len(octets)} octets is longer than {LONGEST_COMMUNICATION}")
        return cls(ErrorCode.CEASE, subcode, bytes((len(octets),)) + octets)

    @classmethod
    def hard_reset(cls, reason: "Notification") -> "Notification":
        """Return the Cease that ends the session for ``reason`` and keeps no routes. RFC 8538, section 3.

        ValueError when a code of ``reason`` is not one octet.
        """
        if not (0 <= reason.code <= 255 and 0 <= reason.subcode <= 255):
            raise ValueError(f"error code {reason.code} or subcode {reason.subcode} does not fit an octet")
        return cls(ErrorCode.CEASE, CeaseSubcode.HARD_RESET, bytes((reason.code, reason.subcode)) + reason.data)

    @property
    def shutdown_communication(self) -> str | None:
        """What the peer's operator wrote; None when there is nothing or it cannot be read.

        Octets behind the text do not matter. RFC 9003, section 2: invalid UTF-8 MUST NOT be interpreted.
        """
        octets = _communication(self)
        try:
            return None if octets is None else octets.decode()
        except UnicodeDecodeError:
            return None

    @property
    def reset_reason(self) -> "Notification | None":
        """The NOTIFICATION inside a Hard Reset; None for another one, or without its two codes. RFC 8538, section 3."""
        if (self.code, self.subcode) != (ErrorCode.CEASE, CeaseSubcode.HARD_RESET) or len(self.data) < 2:
            return None
        return Notification(self.data[0], self.data[1], self.data[2:])

    def __str__(self) -> str:
        """Return code and subcode by name, such as ``Cease / Connection Rejected``, with the operator's words.

        A communication that is not valid UTF-8 is shown in hexadecimal. RFC 9003, section 4.
        """
        reason = self.reset_reason
        return _named(self) if reason is None else f"{error_name(self.code, self.subcode)} ({_named(reason)})"


def _named(notification: Notification) -> str:
    name, octets = error_name(notification.code, notification.subcode), _communication(notification)
    if not octets:
        return name
    text = notification.shutdown_communication
    return f"{name}: 0x{octets.hex()}" if text is None else f"{name}: {text!r}"


def _communication(notification: Notification) -> bytes | None:
    """Return the octets of the shutdown communication, or None when there is none of the length that it says."""
    data = notification.data
    if notification.code != ErrorCode.CEASE or notification.subcode not in _WITH_COMMUNICATION or not data:
        return None
    octets = data[1 : 1 + data[0]]
    return octets if len(octets) == data[0] else None
