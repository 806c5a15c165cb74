"""Why a peer gets a path or does not: the rules of the way out, in the order in which they are asked."""

from collections.abc import Iterator
from dataclasses import fields

from bgpkit.adj_rib_out import ExportVerdict, UpdateGroup, export_verdict, wide_export
from bgpkit.policy import is_pure
from bgpkit.speaker.explained import ExplainedExport, PolicyAnswer
from bgpkit.speaker.peer import SpeakerPeer
from bgpkit.wire import decode_attributes
from bgpkit_fsm import Family
from bgpkit_rib import Path, PathAttributes, Source, Table, paths_of


def exports_to(
    peer: SpeakerPeer, family: Family, key: bytes, table: Table, group: UpdateGroup | None, *, held_back: bool
) -> tuple[ExplainedExport, ...]:
    """Return what ``peer`` gets for ``key``: one answer for each path in question, or one that tells why there is none.

    ``group`` sends it routes of ``family``; ``held_back`` says that after a restart of ours nobody is sent any yet.
    """
    if group is None:
        return (_nothing(peer.config.address, _no_group(peer, family, held_back=held_back)),)
    return tuple(_of_group(peer.source, key, table, group))


def _no_group(peer: SpeakerPeer, family: Family, *, held_back: bool) -> str:
    """Return why a peer is sent no routes of a family at all."""
    if peer.negotiated is None:
        why = f"; {peer.history.last_error}" if peer.history.last_error else ""
        return f"the session is not up ({peer.state.name.lower()}{why})"
    if family not in peer.negotiated.families:
        return f"{family} has not been agreed on for the session"
    if held_back:
        return "routes are held back until peers have sent theirs after our restart (RFC 4724)"
    if peer.routes_out.next_hop(family) is None:
        return f"we have no next hop for {family} on this session; next_hops names none"
    return f"routes of {family} are not sent on the session yet"


def _of_group(peer: Source, key: bytes, table: Table, group: UpdateGroup) -> Iterator[ExplainedExport]:
    entry = group.writer.entry(key, table.get)
    pending = group.owes(peer, key)
    selected = group.writer.selected(entry)
    if not selected:
        reason = "no path may be chosen" if paths_of(entry) else "there is no path"
        if any(path.eligible for path in paths_of(entry)):
            reason = "of the paths none is for peers of this kind"
        yield _nothing(peer.name, reason, pending=pending)
    export = wide_export(group)
    for path in selected:
        if path.source is peer and not group.key.vouches_for_memberships:
            verdict = ExportVerdict(None, "it is the peer's own path, which does not go back to it")
        else:
            verdict = export_verdict(export, path, key)
        yield _answer(peer.name, path, verdict, group, pending=pending)


def _answer(peer: str, path: Path, verdict: ExportVerdict, group: UpdateGroup, *, pending: bool) -> ExplainedExport:
    policy = None
    if verdict.rule:
        change = "" if verdict.change is None else str(verdict.change)
        policy = PolicyAnswer(
            accepted=verdict.block is not None or not verdict.reason.startswith("export policy"),
            rule=verdict.rule,
            change=change,
            certain=is_pure(group.key.policy),
        )
    sent = None if verdict.block is None else decode_attributes(verdict.block)
    return ExplainedExport(
        peer=peer,
        path_from=path.source.name,
        sent=sent is not None,
        pending=pending,
        reason=verdict.reason,
        policy=policy,
        path_id=None if sent is None else group.writer.path_id(path),
        attributes=sent,
        changed=() if sent is None else _changed(decode_attributes(path.raw), sent),
    )


def _nothing(peer: str, reason: str, *, pending: bool = False) -> ExplainedExport:
    return ExplainedExport(
        peer=peer,
        path_from="",
        sent=False,
        pending=pending,
        reason=reason,
        policy=None,
        path_id=None,
        attributes=None,
        changed=(),
    )


def _changed(held: PathAttributes, sent: PathAttributes) -> tuple[str, ...]:
    """Return the names of the attributes that differ."""
    names = (field.name for field in fields(PathAttributes))
    return tuple(name for name in names if getattr(held, name) != getattr(sent, name))
