"""One message in octets as a value, and what RFC 7606 makes of what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bgpkit.errors import HeaderError, MessageError, NotificationError, OpenError, RouteRefreshError, UpdateError
from bgpkit.wire import HEADER_LENGTH, AnyMessage, AttributeFault, Codec, FaultAction, MessageType, UpdateMessage
from bgpkit_fsm import Notification

_SECTIONS: Final[dict[type[MessageError], str]] = {
    HeaderError: "RFC 4271, section 6.1",
    OpenError: "RFC 4271, section 6.2",
    NotificationError: "RFC 4271, section 6.4",
    RouteRefreshError: "RFC 7313, section 5",
}
_TYPES: Final = {int(kind): kind.name.replace("_", "-") for kind in MessageType}


@dataclass(frozen=True, slots=True)
class Judged:
    """One message, and the verdict on it."""

    octets: bytes
    """All of it, header first."""
    message: AnyMessage | None
    """None where nothing but a session reset is left."""
    faults: Sequence[AttributeFault] = ()
    """What is wrong, in the order in which it was found."""
    notification: Notification | None = None
    """The NOTIFICATION that would answer, where only a session reset is left."""

    @property
    def action(self) -> FaultAction | None:
        """The strongest action that follows; None when the message is accepted as it is."""
        actions = [fault.action for fault in self.faults if fault.action is not FaultAction.IGNORE]
        return max(actions, default=None)

    @property
    def type(self) -> str:
        """The message's type by name: ``ROUTE-REFRESH``; ``type 7`` for one that is not known."""
        kind = self.octets[HEADER_LENGTH - 1]
        return _TYPES.get(kind, f"type {kind}")


def judge(codec: Codec, octets: bytes) -> Judged:
    """Return what the octets of one message, header first, say under the terms of a codec."""
    try:
        message = codec.decode(octets)
    except MessageError as error:
        return Judged(octets, None, (_fault(error),), error.notification)
    return Judged(octets, message, message.faults if isinstance(message, UpdateMessage) else ())


def _fault(error: MessageError) -> AttributeFault:
    """Return an error that resets the session in the form of the faults that do not."""
    if isinstance(error, UpdateError):
        return AttributeFault(FaultAction.RESET, error.attribute, str(error), error.section, octets=error.octets)
    return AttributeFault(FaultAction.RESET, 0, str(error), _SECTIONS[type(error)])
