"""Every error that bgpkit raises, under one root.

::

    BgpError
    ├── ConfigError                 what the caller asked for cannot be: names the field and the cure
    │   └── ConfigurationFileError  (bgpkit.configuration) a file with faults; `.faults` has each with its line
    ├── ControlError                (bgpkit.control) the local socket cannot be had, or does not answer
    ├── MessageError                the peer broke the protocol; `.notification` is what to send
    │   ├── HeaderError             RFC 4271, section 6.1
    │   ├── OpenError               RFC 4271, section 6.2
    │   ├── UpdateError             RFC 4271, section 6.3; RFC 7606, where a session reset is left
    │   ├── NotificationError       RFC 4271, section 6.4: a NOTIFICATION that is itself malformed
    │   └── RouteRefreshError       RFC 7313, section 5
    ├── SpeakerClosedError          the speaker has been stopped
    ├── MrtError                    an MRT file that cannot be read on, or a record of it; `.offset` is where
    ├── NothingLeftError            (bgpkit.testing) in a simulation everybody waits for ever
    ├── FibError                    the kernel refused something; `.errno` when it said why
    └── RtrError                    (bgpkit.rpki) a cache broke the RTR protocol; `.code` and `.pdu` are what to send
"""

from bgpkit_fsm import Notification


class BgpError(Exception):
    """Root of all errors of this library."""


class ConfigError(BgpError):
    """A configuration that cannot be: the message names field, value and what to do."""


class MessageError(BgpError):
    """A message that breaks the protocol."""

    def __init__(self, text: str, notification: Notification) -> None:
        """Keep the ``notification`` that answers the fault beside a ``text`` for people."""
        super().__init__(text)
        self.notification = notification


class HeaderError(MessageError):
    """A message header that cannot be read. RFC 4271, section 6.1."""


class OpenError(MessageError):
    """An OPEN that cannot be accepted. RFC 4271, section 6.2."""


class UpdateError(MessageError):
    """An UPDATE that leaves only a session reset. RFC 4271, section 6.3; RFC 7606, section 3."""

    def __init__(
        self, text: str, notification: Notification, *, attribute: int = 0, section: str = "", octets: bytes = b""
    ) -> None:
        """Keep the type code of the attribute at fault (0 for none), the RFC's section that decides, and the octets."""
        super().__init__(text, notification)
        self.attribute = attribute
        self.section = section
        self.octets = octets


class NotificationError(MessageError):
    """A NOTIFICATION that is itself malformed; it is logged, never answered. RFC 4271, section 6.4."""


class RouteRefreshError(MessageError):
    """A ROUTE-REFRESH of the wrong length. RFC 7313, section 5."""


class SpeakerClosedError(BgpError):
    """The speaker has been stopped and takes no more calls."""


class MrtError(BgpError):
    """An MRT file that cannot be read on, or one record of it that is malformed. RFC 6396."""

    def __init__(self, text: str, *, record: int, offset: int, octets: bytes = b"") -> None:
        """Keep where it happened: the ``record`` that is wrong and the ``offset`` at which it starts.

        Records count from 1, octets from 0, those of a compressed file as they are when decompressed. ``octets``
        are the record's, with its header, when they are all there.
        """
        super().__init__(f"record {record}, at octet {offset}: {text}")
        self.record = record
        self.offset = offset
        self.octets = octets


class FibError(BgpError):
    """The kernel refused a route, or cannot be reached."""

    def __init__(self, text: str, errno: int = 0) -> None:
        """Keep the kernel's ``errno`` (0 when it gave none) beside a ``text`` for people."""
        super().__init__(text)
        self.errno = errno
