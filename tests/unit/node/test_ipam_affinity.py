"""An affinity counts only when it is confirmed and the block names the node."""

from ipaddress import IPv4Network

import pytest

from bgpkit_node.ipam.affinity import AffinityState, Settlement, decode_affinity, encode_affinity, is_held, settle
from bgpkit_node.ipam.block import Block

FREE = Block.empty(IPv4Network("10.244.0.0/26"), sequence=1)
MINE = FREE.with_affinity("me")
THEIRS = FREE.with_affinity("them")
PENDING, CONFIRMED, LEAVING = AffinityState.PENDING, AffinityState.CONFIRMED, AffinityState.PENDING_DELETION


@pytest.mark.parametrize(
    ("state", "block", "wanted"),
    [
        (PENDING, None, Settlement.CREATE),
        (PENDING, MINE, Settlement.CONFIRM),
        (PENDING, THEIRS, Settlement.DROP),
        (CONFIRMED, None, Settlement.CREATE),
        (CONFIRMED, MINE, Settlement.KEEP),
        (CONFIRMED, THEIRS, Settlement.DROP),
        (CONFIRMED, FREE, Settlement.DROP),
        (LEAVING, None, Settlement.DROP),
        (LEAVING, MINE, Settlement.CONFIRM),
        (LEAVING, THEIRS, Settlement.DROP),
    ],
)
def test_every_state_has_its_settlement(state: AffinityState, block: Block | None, wanted: Settlement) -> None:
    """A claim is finished when the block is ours or nobody's yet, and dropped when it is another's."""
    assert settle(state, block, "me") is wanted
    assert is_held(state, block, "me") is (state is CONFIRMED and block is MINE)


@pytest.mark.parametrize(
    ("value", "state"),
    [
        (b"", CONFIRMED),
        (b"{}", CONFIRMED),
        (b'{"state":""}', CONFIRMED),
        (b'{"state":"confirmed","deleted":false}', CONFIRMED),
        (b'{"state":"pending","deleted":false}', PENDING),
        (b'{"state":"pendingDeletion","deleted":false}', LEAVING),
        (b'{"state":"confirmed","deleted":true}', LEAVING),
    ],
)
def test_documents_of_all_ages_are_read(value: bytes, state: AffinityState) -> None:
    """Before there were states, every affinity was a confirmed one."""
    assert decode_affinity(value) is state


def test_a_document_is_written_as_calico_writes_it() -> None:
    """Both keys are always there."""
    assert encode_affinity(CONFIRMED) == b'{"state":"confirmed","deleted":false}'


@pytest.mark.parametrize("value", [b"[]", b'{"state":"perhaps"}'])
def test_what_is_no_affinity_is_refused(value: bytes) -> None:
    """An unknown state is not taken for a confirmed one."""
    with pytest.raises(ValueError, match="not the document of an affinity"):
        decode_affinity(value)
