"""Affinities: which node may have a block, and what to make of one that was left half done.

::

    none --claim--> pending --block written--> confirmed --release--> pendingDeletion --block given up--> none

We write block and affinity in one transaction, so that of our own affinities only none and confirmed are ever seen.
Pending and pendingDeletion are read all the same: other writers of the same layout leave them behind when they stop
half-way. The block is the truth: an affinity counts only when the block names the same node.
"""

from enum import Enum

from msgspec import DecodeError, Struct, json

from bgpkit_node.ipam.block import Block


class AffinityState(Enum):
    """How far a claim has come; the values are Calico's words."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    PENDING_DELETION = "pendingDeletion"


class Settlement(Enum):
    """What is to be done with an affinity so that it is confirmed and true, or gone."""

    KEEP = "keep"
    """Confirmed, and the block names the node."""
    CONFIRM = "confirm"
    """The block names the node: finish the claim."""
    CREATE = "create"
    """There is no such block: write it."""
    DROP = "drop"
    """The block is another node's, or was being given up and is gone: delete the affinity."""


def settle(state: AffinityState, block: Block | None, node: str) -> Settlement:
    """Say what becomes of the affinity of ``node`` to ``block`` (None: there is no such block)."""
    if block is None:
        return Settlement.DROP if state is AffinityState.PENDING_DELETION else Settlement.CREATE
    if block.node != node:
        return Settlement.DROP
    return Settlement.KEEP if state is AffinityState.CONFIRMED else Settlement.CONFIRM


def is_held(state: AffinityState, block: Block | None, node: str) -> bool:
    """Say whether ``node`` really has ``block``: only then may it be announced."""
    return settle(state, block, node) is Settlement.KEEP


class _Document(Struct):
    state: str = ""
    deleted: bool = False


def decode_affinity(value: bytes) -> AffinityState:
    """Read an affinity's document; nothing, or no state in it, is confirmed (old data). ValueError: not a document."""
    if not value:
        return AffinityState.CONFIRMED
    try:
        document = json.decode(value, type=_Document)
        state = AffinityState(document.state or AffinityState.CONFIRMED.value)
    except (DecodeError, ValueError) as error:
        raise ValueError(f"not the document of an affinity: {error}") from error
    return AffinityState.PENDING_DELETION if document.deleted else state


def encode_affinity(state: AffinityState) -> bytes:
    """Write an affinity's document."""
    return json.encode(_Document(state.value))
