"""Conditions on what the RPKI says of a route's origin."""

from dataclasses import dataclass
from typing import ClassVar

from bgpkit.policy.condition import Divider, Division, KeyCondition
from bgpkit.policy.key_block import KeyBlock
from bgpkit.rpki import RpkiState


@dataclass(frozen=True, slots=True)
class RpkiIs(KeyCondition):
    """The route has a certain validation state.

    Without a table of ROAs every route is not-found; so are those that are none of the Internet: VPNs and the like.
    RFC 6811, section 2.
    """

    state: RpkiState
    uses_rpki: ClassVar[bool] = True

    def divider(self, width: int) -> Divider:
        """Return what divides prefixes by whether they have the state."""
        del width
        return self._divide

    def _divide(self, keys: list[bytes], block: KeyBlock) -> Division:
        state, state_of = self.state, block.state
        inside: list[bytes] = []
        outside: list[bytes] = []
        for key in keys:
            (inside if state_of(key) is state else outside).append(key)
        if not outside:
            return keys, outside
        return (inside, outside) if inside else (inside, keys)

    def __str__(self) -> str:
        """Return ``RPKI valid``."""
        return f"RPKI {self.state.value}"
