"""Why a path goes to a kind of peer or does not: the rules of an export asked once more, one after the other."""

from dataclasses import dataclass

from bgpkit.adj_rib_out.export import Export
from bgpkit.policy import Change, verdicts
from bgpkit_rib import Path


@dataclass(frozen=True, slots=True)
class ExportVerdict:
    """What becomes of one path on its way to a kind of peer."""

    block: bytes | None
    """The attributes as sent; None when it is not sent."""
    reason: str = ""
    """Why it is not sent."""
    rule: str = ""
    """What the export policy said; nothing when it was not asked."""
    change: Change | None = None
    """What the export policy changed."""


def export_verdict(export: Export, path: Path, key: bytes) -> ExportVerdict:
    """Return what ``export`` makes of ``path`` for ``key``, asked in the order of its rules.

    No echo is not among them: that is for each peer on its own.
    """
    own = export.own.get(key)
    if own is None or path.source is not own.source:
        reason = export.barred(key) or export.barrier(path)
        if reason:
            return ExportVerdict(None, reason)
        verdict = verdicts(export.key.policy, export.key.family, path, [key])[0][0]
        if not verdict.accepted:
            return ExportVerdict(None, f"export policy {verdict.rule}", verdict.rule)
        rule, change = verdict.rule, verdict.change
    else:
        rule, change = "", None
    unfit: list[str] = []
    asked = Export(export.key, lambda _path, reason: unfit.append(reason))
    for block, _ in asked.outgoing(path, [key]):
        return ExportVerdict(block, "", rule, change)
    return ExportVerdict(None, unfit[0] if unfit else "the policy has changed its mind", rule, change)
