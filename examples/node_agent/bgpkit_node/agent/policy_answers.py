"""What an agent answers when it is asked what the rules of its node have counted."""

import asyncio
from collections.abc import Mapping

import msgspec

from bgpkit_node.errors import NodeError
from bgpkit_node.nft.rule_counts import read_counts


class _Question(msgspec.Struct, frozen=True):
    endpoints: tuple[str, ...]


class PolicyAnswers:
    """Answers for the kernel of one node, in whose network namespace the process runs."""

    def __init__(self, node: str) -> None:
        """Answer for ``node``."""
        self._node = node

    async def counts(self, request: Mapping[str, object]) -> dict[str, object]:
        """Tell what the rules for ``endpoints``, by their keys, have counted: packets and octets. NodeError."""
        try:
            asked = msgspec.convert(request, _Question)
        except msgspec.ValidationError as error:
            raise NodeError(f"the question cannot be read: {error}") from error
        return {"node": self._node, "counts": await asyncio.to_thread(read_counts, asked.endpoints)}
