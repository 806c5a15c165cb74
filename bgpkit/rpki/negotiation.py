"""Which version of the protocol is spoken on a connection (RFC 8210, section 7)."""

from typing import Final

from bgpkit.rpki.codec import VERSIONS
from bgpkit.rpki.error import RtrError, RtrErrorCode

_LOWEST: Final = min(VERSIONS)
_HIGHEST: Final = max(VERSIONS)
_SILENT_ENDS: Final = 2
"""How many connections in a row end without a word before another version is tried; one may be a restart."""


class Negotiation:
    """The version asked for, and later agreed on."""

    def __init__(self) -> None:
        """Ask for the highest version."""
        self.version = _HIGHEST
        self.agreed = False
        """Whether the cache has answered on this connection."""
        self._silent = 0

    def begin(self, version: int | None) -> None:
        """Start on a new connection, with the version of the data that is held, if any."""
        self.agreed = False
        if version is not None:
            self.version = version

    def lowers(self, version: int) -> bool:
        """Tell whether an answer of ``version`` would lower the version of this connection."""
        return not self.agreed and _LOWEST <= version < self.version

    def agree(self, version: int, octets: bytes) -> bool:
        """Take the version of a PDU; True when it lowers the version asked for.

        The first answer decides; RtrError for one that is higher than the query or not known, and for another
        version later on. ``octets`` are the PDU.
        """
        if self.agreed and version != self.version:
            text = f"a PDU of version {version} in a session of version {self.version}"
            raise RtrError(RtrErrorCode.UNEXPECTED_PROTOCOL_VERSION, text, octets)
        if version not in VERSIONS:
            text = f"version {version} of the protocol is not spoken here"
            raise RtrError(RtrErrorCode.UNSUPPORTED_PROTOCOL_VERSION, text, octets)
        if version > self.version:
            text = f"an answer of version {version} to a query of version {self.version}"
            raise RtrError(RtrErrorCode.UNEXPECTED_PROTOCOL_VERSION, text, octets)
        lowered = version < self.version
        self.version, self.agreed, self._silent = version, True, 0
        return lowered

    def unanswered(self) -> None:
        """Take note that a query for all data was not answered: the cache may not speak this version."""
        self._silent += 1
        if self._silent >= _SILENT_ENDS:
            self._silent = 0
            self.version = _HIGHEST if self.version < _HIGHEST else _LOWEST
