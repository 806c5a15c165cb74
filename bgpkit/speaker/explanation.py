"""What `Speaker.explain` tells of one destination: values for programs, which `bgpkit.wire.to_plain` makes JSON of."""

from dataclasses import dataclass

from bgpkit.speaker.explained import ExplainedExport, ExplainedPath, Forwarding
from bgpkit.speaker.explained_text import export_lines, path_lines
from bgpkit_fsm import Family
from bgpkit_rib import DecisionStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All there is to say of one destination; its text is for people."""

    family: Family
    destination: str
    paths: tuple[ExplainedPath, ...]
    """Best first, those that may not be chosen last."""
    exports: tuple[ExplainedExport, ...]
    """What peers get, one or more for each."""
    forwarding: Forwarding | None
    """None when no forwarding table was given, and for destinations that are no prefixes."""

    @property
    def best(self) -> ExplainedPath | None:
        """The path chosen, None when there is none."""
        return next((path for path in self.paths if path.step is DecisionStep.BEST), None)

    def __str__(self) -> str:
        """Return short sentences for an operator at a terminal, a line each."""
        count = f"{len(self.paths)} path{'' if len(self.paths) == 1 else 's'}" if self.paths else "no path"
        if self.best is not None:
            chosen = f", the best is from {self.best.peer}"
        else:
            chosen = ", none may be chosen" if self.paths else ""
        lines = [f"{self.destination} ({self.family}): {count}{chosen}."]
        for path in self.paths:
            lines += path_lines(path)
        if self.forwarding is not None:
            lines.append(
                f"Forwarding: {'in use' if self.forwarding.installed else 'not in use'}; {self.forwarding.text}."
            )
        for export in self.exports:
            lines += export_lines(export)
        return "\n".join(lines)
