"""A value that is malformed in a way that has a consequence of its own."""

from bgpkit.wire.faults import FaultAction


class MalformedValueError(ValueError):
    """A malformed value that leads to something else than its row's ``action``.

    An attribute that several RFCs have added to may say so: RFC 9252, section 7, on Prefix-SID.
    """

    def __init__(self, text: str, action: FaultAction, section: str) -> None:
        """Keep what is wrong, what follows, and the RFC and section that say so."""
        super().__init__(text)
        self.action = action
        self.section = section
