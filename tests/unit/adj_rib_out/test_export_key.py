"""What makes two update groups of two peers."""

from typing import Any

import pytest

from bgpkit.adj_rib_out import ExportKey
from bgpkit.policy import ACCEPT_ALL
from bgpkit_fsm import IPV4_UNICAST, Family
from bgpkit_rib import SourceKind


def key(**others: Any) -> ExportKey:
    """Return a key; ``others`` are more fields, or other ones."""
    fields: dict[str, Any] = {"family": IPV4_UNICAST, "kind": SourceKind.CLIENT, "policy": ACCEPT_ALL}
    fields |= {"local_asn": 1, "cluster_id": 1, "next_hop": bytes(4)}
    fields |= others
    return ExportKey(**fields)


def test_peers_with_equal_keys_share_a_group() -> None:
    """A key is a value."""
    assert key() == key()
    assert len({key(), key(), key(summaries=frozenset({b"\x08\x0a"})), key(default_originate=True)}) == 3


@pytest.mark.parametrize(
    ("family", "kind", "vouches"),
    [
        (Family(1, 132), SourceKind.CLIENT, True),
        (Family(1, 132), SourceKind.NON_CLIENT, False),
        (Family(1, 132), SourceKind.EBGP, False),
        (IPV4_UNICAST, SourceKind.CLIENT, False),
    ],
)
def test_only_clients_are_vouched_for(family: Family, kind: SourceKind, vouches: bool) -> None:
    """RFC 4684, section 3.2: for Route Target memberships."""
    assert key(family=family, kind=kind).vouches_for_memberships is vouches
