"""What an export says of a path agrees with what it sends, and says why not."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from bgpkit import IPV4_UNICAST, Community, Family, PathAttributes, SourceKind
from bgpkit.adj_rib_out import Export, ExportKey, export_verdict
from bgpkit.policy import ACCEPT_ALL, REJECT_ALL, Change, Verdict
from bgpkit.policy.actions import SetMed
from bgpkit.wire import encode_attributes
from bgpkit_rib import NO_ADVERTISE, NO_EXPORT, NO_EXPORT_SUBCONFED, Path, Prefix, Source

PEER = Source("192.0.2.1", SourceKind.NON_CLIENT, bgp_identifier=1)
KEY = Prefix.parse("10.1.0.0/16").key
DEFAULT = b"\0"
EXPORT_KEY = ExportKey(
    family=IPV4_UNICAST,
    kind=SourceKind.EBGP,
    local_asn=64512,
    cluster_id=1,
    next_hop=bytes([192, 0, 2, 9]),
    policy=ACCEPT_ALL,
)


class Setting:
    """An export policy that sets a MED."""

    name = "setting"
    keyed = False

    def apply(self, family: Family, path: Path, keys: list[bytes]) -> Iterable[tuple[Verdict, list[bytes]]]:
        """Accept everything."""
        del family, path
        return ((Verdict(True, "setting: rule 1", Change((SetMed(9),))), keys),)


def path(*communities: Community) -> Path:
    """Return an internal path."""
    return Path(PEER, encode_attributes(PathAttributes(communities=communities), IPV4_UNICAST), next_hop=bytes(4))


SUBCONFED = replace(EXPORT_KEY, kind=SourceKind.CONFEDERATION)


@pytest.mark.parametrize(
    ("key", "community", "reason"),
    [
        (replace(EXPORT_KEY, kind=SourceKind.NON_CLIENT), None, "internal peers that are no clients"),
        (EXPORT_KEY, NO_ADVERTISE, "community no-advertise"),
        (EXPORT_KEY, NO_EXPORT, "community no-export "),
        (EXPORT_KEY, NO_EXPORT_SUBCONFED, "community no-export-subconfed"),
        (SUBCONFED, NO_EXPORT_SUBCONFED, "community no-export-subconfed"),
        (replace(EXPORT_KEY, policy=REJECT_ALL), None, "export policy reject-all"),
        (replace(EXPORT_KEY, maximum=60), None, "the attributes leave no room"),
        (replace(EXPORT_KEY, summaries=frozenset({b"\x08\x0a"})), None, "the aggregate 10.0.0.0/8 is sent"),
    ],
)
def test_what_is_not_sent_has_its_reason(key: ExportKey, community: Community | None, reason: str) -> None:
    """And the export sends nothing indeed."""
    export, one = Export(key), path() if community is None else path(community)
    verdict = export_verdict(export, one, KEY)
    assert verdict.block is None
    assert verdict.reason.startswith(reason)
    assert list(export.outgoing(one, [KEY])) == []


def test_clients_that_are_fully_meshed_have_a_reason_of_their_own() -> None:
    """RFC 4456, section 10."""
    client = Path(Source("192.0.2.2", SourceKind.CLIENT), bytes(4))
    export = Export(replace(EXPORT_KEY, kind=SourceKind.CLIENT, client_to_client=False))
    assert "fully meshed" in export_verdict(export, client, KEY).reason


@pytest.mark.parametrize("community", [None, NO_EXPORT])
def test_what_is_sent_has_its_block_and_the_policys_words(community: Community | None) -> None:
    """The very octets that the export sends; no-export matters to external peers only."""
    kind = SourceKind.EBGP if community is None else SourceKind.CONFEDERATION
    export = Export(replace(EXPORT_KEY, policy=Setting(), kind=kind))
    one = path() if community is None else path(community)
    verdict = export_verdict(export, one, KEY)
    assert [(verdict.block, [KEY])] == list(export.outgoing(one, [KEY]))
    assert (verdict.rule, verdict.reason) == ("setting: rule 1", "")
    assert verdict.change == Change((SetMed(9),))


def test_a_default_route_of_our_own_goes_before_the_tables() -> None:
    """The table's is not sent; of the own one no policy is asked."""
    export = Export(replace(EXPORT_KEY, default_originate=True, policy=REJECT_ALL))
    assert "default route of our own" in export_verdict(export, path(), DEFAULT).reason
    verdict = export_verdict(export, export.own[DEFAULT], DEFAULT)
    assert verdict.block is not None
    assert verdict.rule == ""
