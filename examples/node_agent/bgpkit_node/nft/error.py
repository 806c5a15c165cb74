"""The error of this package."""

from bgpkit_node.errors import NodeError


class NftError(NodeError):
    """Policies cannot be enforced as asked; what was in force before still is."""
