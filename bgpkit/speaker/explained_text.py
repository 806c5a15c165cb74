"""The parts of an explanation in short sentences."""

from collections.abc import Iterator
from typing import Final

from bgpkit.speaker.aggregation import AGGREGATE
from bgpkit.speaker.explained import ExplainedExport, ExplainedPath, PolicyAnswer
from bgpkit_rib import PathAttributes, SourceKind

_KINDS: Final = {
    SourceKind.LOCAL: "our own",
    SourceKind.EBGP: "external",
    SourceKind.CLIENT: "internal, a client",
    SourceKind.NON_CLIENT: "internal",
    SourceKind.CONFEDERATION: "of our confederation",
}


def path_lines(path: ExplainedPath) -> Iterator[str]:
    """Yield what there is to say of a path, a line each."""
    name = f"From {path.peer}" if path.kind is not SourceKind.LOCAL else "From ourselves"
    number = f", path {path.path_id}" if path.path_id else ""
    if path.peer == AGGREGATE:  # its number is ours and says nothing to anybody
        number = ", an aggregate"
    if not path.eligible:
        verdict = f"not to be chosen: {path.reason}"
    elif path.lost_to:
        verdict = f"lost to {path.lost_to}: {path.step.value}"
    else:
        verdict = "the best"
    stale = "; stale" if path.stale else ""
    yield f"{name} ({_KINDS[path.kind]}{number}): {verdict}{stale}."
    weight = f"weight {path.weight}, " if path.weight else ""
    yield f"  {weight}{_attributes(path.attributes)}."
    hop = path.next_hop
    if hop.address:
        way = f"reachable, metric {hop.metric}" if hop.reachable else hop.reason
        yield f"  Next hop {hop.address}: {way}."
    if path.policy is not None:
        yield f"  Import policy {_answer(path.policy)}."
    if path.rpki is not None:
        yield f"  RPKI: {path.rpki.value}; ROAs: {', '.join(path.roas) or 'none'}."


def export_lines(export: ExplainedExport) -> Iterator[str]:
    """Yield what there is to say of what a peer gets, a line each."""
    if not export.sent:
        of = f"not told of the path from {export.path_from}" if export.path_from else "told nothing"
        pending = "; this is still to be sent" if export.pending else ""
        yield f"To {export.peer}: {of}: {export.reason}{pending}."
        return
    number = "" if export.path_id is None else f" as path {export.path_id}"
    pending = "; still to be sent" if export.pending else ""
    yield f"To {export.peer}: the path from {export.path_from}{number}{pending}."
    if export.policy is not None:
        yield f"  Export policy {_answer(export.policy)}."
    if export.changed:
        yield f"  Sent otherwise than we have it: {', '.join(name.replace('_', ' ') for name in export.changed)}."


def _answer(answer: PolicyAnswer) -> str:
    verdict = "accepts" if answer.accepted else "refuses"
    change = f"; it changes {answer.change}" if answer.change else ""
    doubt = "" if answer.certain else "; it is not pure and may have said otherwise before"
    return f"{verdict} it: {answer.rule}{change}{doubt}"


def _attributes(attributes: PathAttributes) -> str:
    words = [f"AS path {attributes.as_path}" if attributes.as_path.segments else "empty AS path"]
    words.append(f"origin {attributes.origin.name.lower()}")
    if attributes.local_pref is not None:
        words.append(f"local preference {attributes.local_pref}")
    if attributes.med is not None:
        words.append(f"MED {attributes.med}")
    for name, values in (
        ("communities", attributes.communities),
        ("extended communities", attributes.extended_communities),
        ("large communities", attributes.large_communities),
        ("cluster list", attributes.cluster_list),
    ):
        if values:
            words.append(f"{name} {' '.join(map(str, values))}")
    if attributes.originator_id is not None:
        words.append(f"originator {attributes.originator_id}")
    return ", ".join(words)
