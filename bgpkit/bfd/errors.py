"""What can go wrong with BFD."""

from bgpkit.errors import BgpError


class BfdError(BgpError):
    """Octets that are no BFD control packet, or words that ``bgpkit bfd`` does not know."""
