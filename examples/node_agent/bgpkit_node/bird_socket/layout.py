"""The layouts in which BIRD's tools expect answers."""

from enum import Enum


class Layout(Enum):
    """Which BIRD the answers look like; the values are those of the agent's option."""

    BIRD_1_6 = "1.6"
    """One daemon and socket for each IP version; what calicoctl reads."""
    BIRD_2 = "2"
    """One for both, with channels."""

    @property
    def version(self) -> str:
        """The version that the answers give themselves."""
        return "1.6.8" if self is Layout.BIRD_1_6 else "2.0.12"

    def table(self, ip_version: int) -> str:
        """Return the name of the table of an IP version, 4 or 6."""
        return "master" if self is Layout.BIRD_1_6 else f"master{ip_version}"
