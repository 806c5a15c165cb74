"""All there is to say of one destination, put together from those who know."""

from bgpkit.errors import ConfigError
from bgpkit.speaker.destination import locate
from bgpkit.speaker.explain_exports import exports_to
from bgpkit.speaker.explain_paths import PathsExplainer
from bgpkit.speaker.explained import ExplainedExport, Forwarding, ForwardingTable
from bgpkit.speaker.explanation import Explanation
from bgpkit.speaker.peer import SpeakerPeer
from bgpkit.speaker.shared import Shared
from bgpkit.wire import ROWS, Nlri
from bgpkit_fsm import Family
from bgpkit_rib import Prefix, best_of


def explain_destination(
    shared: Shared,
    peers: tuple[SpeakerPeer, ...],
    asked: tuple[SpeakerPeer, ...],
    destination: str | Nlri,
    family: Family | None,
    fib: ForwardingTable | None,
) -> Explanation:
    """Explain ``destination``, and what the peers that are ``asked`` for get of it."""
    family, key, rest = locate(destination, family)
    table = shared.tables.get(family)
    if table is None:
        raise ConfigError(f"this speaker has no table for {family}; name it in families")
    explainer = PathsExplainer(
        family,
        key,
        ways_in={peer.source.name: peer.routes_in.ingest for peer in peers},
        next_hops=shared.next_hops,
        roas=shared.roas,
        own_asn=shared.asn,
    )
    entry = table.get(key)
    best = best_of(entry)
    nlri = ROWS[family].decode(key, rest if best is None else best.rest)
    exports: list[ExplainedExport] = []
    for peer in asked:
        group = shared.outputs.group(peer.source, family)
        exports += exports_to(peer, family, key, table, group, held_back=shared.sends_nothing_yet)
    return Explanation(
        family=family,
        destination=str(nlri),
        paths=explainer.explained(entry),
        exports=tuple(exports),
        forwarding=_forwarding(fib, nlri),
    )


def _forwarding(fib: ForwardingTable | None, nlri: Nlri) -> Forwarding | None:
    if fib is None or not isinstance(nlri, Prefix):
        return None
    state = fib.state(nlri)
    return Forwarding(installed=state.installed, text=str(state))
