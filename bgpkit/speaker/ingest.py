"""From the UPDATEs of one peer into the tables: loop checks, import policy, one Path for each attribute block."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from bgpkit.policy import ACCEPT_ALL, Policy, verdicts
from bgpkit.wire import AttributeCode, AttributeInputs, Update, attribute_value
from bgpkit_fsm import Family
from bgpkit_rib import Path, Source, Table, make_path

SLICE: Final = 5000
"""Keys evaluated again before others get their turn."""
VERDICTS_MAXIMUM: Final = 262_144
"""Verdicts remembered at most; they keep paths alive."""


class Ingest:
    """The way in for the routes of one peer."""

    def __init__(
        self,
        source: Source,
        tables: Mapping[Family, Table],
        *,
        local_asn: int,
        identifier: int,
        cluster_ids: Iterable[int],
    ) -> None:
        """Feed ``tables`` with paths of ``source``; the numbers are our own, for the loop checks."""
        self.source = source
        self.policy: Policy = ACCEPT_ALL
        self.families: frozenset[Family] = frozenset()
        """The families of the session."""
        self._tables = tables
        self._asn = local_asn.to_bytes(4, "big")
        self._identifier = identifier
        self.cluster_ids: frozenset[int] = frozenset(cluster_ids)
        """The clusters that count as ours, for the loop check."""
        self._verdicts: dict[tuple[Path, str], Path] = {}

    def make(self, inputs: AttributeInputs) -> Path:
        """Return the path of a block of attributes; it is not eligible when it has been here before.

        RFC 4271, section 9.1.2 (AS loop); RFC 4456, section 8 (ORIGINATOR_ID and CLUSTER_LIST).
        """
        reason = self._loop(inputs)
        return make_path(
            self.source,
            inputs.raw,
            next_hop=inputs.next_hop,
            origin=inputs.origin,
            as_path_length=inputs.as_path_length,
            neighbor_as=inputs.neighbor_as,
            med=inputs.med,
            local_pref=inputs.local_pref,
            originator_id=inputs.originator_id,
            cluster_length=len(inputs.cluster_list) // 4,
            path_id=inputs.path_id,
            eligible=not reason,
            reason=reason,
        )

    def update(self, update: Update[Path]) -> None:
        """Put an UPDATE into the tables."""
        for family, keys, path_id in update.withdrawn:
            self._tables[family].withdraw(self.source, keys, path_id)
        for family, path, keys, nlri in update.announced:
            if self.policy is ACCEPT_ALL:
                self._tables[family].announce(path, keys, nlri)
            else:
                self._announce(family, path, keys)

    def forget(self) -> None:
        """Forget remembered verdicts: a new generation begins, or the policy has changed."""
        self._verdicts.clear()

    def evaluate_again(self) -> Iterator[None]:
        """Apply policy and kind of peer anew to all paths of the source, in slices."""
        self.forget()
        for family in self.families:
            table = self._tables[family]
            held = list(table.paths_from(self.source))
            for start in range(0, len(held), SLICE):
                by_path: dict[Path, list[bytes]] = {}
                for key, path in held[start : start + SLICE]:
                    entry = table.get(key)
                    if path is entry or (isinstance(entry, tuple) and path in entry):
                        by_path.setdefault(path, []).append(key)
                for path, keys in by_path.items():
                    reason = self._loop_of(path.raw)
                    if reason:
                        table.announce(self._judged(path, reason), keys)
                    else:
                        self._announce(family, self._judged(path, ""), keys)
                yield

    def _announce(self, family: Family, path: Path, keys: list[bytes]) -> None:
        table = self._tables[family]
        if not path.eligible and not path.reason.startswith(_POLICY):
            table.announce(path, keys)
            return
        for verdict, group in verdicts(self.policy, family, path, keys):
            table.announce(self._judged(path, "" if verdict.accepted else _POLICY + verdict.rule), group)

    def _judged(self, path: Path, reason: str) -> Path:
        """Return ``path`` with a verdict: one object for each verdict, so that its routes share it."""
        if path.reason == reason and path.kind is self.source.kind:
            return path
        judged = self._verdicts.get((path, reason))
        if judged is None:
            if len(self._verdicts) >= VERDICTS_MAXIMUM:
                self._verdicts.clear()
            judged = self._verdicts[path, reason] = path.renewed(eligible=not reason, reason=reason)
        return judged

    def _loop_of(self, raw: bytes) -> str:
        originator = attribute_value(raw, AttributeCode.ORIGINATOR_ID)
        return self._reason(
            attribute_value(raw, AttributeCode.AS_PATH) or b"",
            None if originator is None else int.from_bytes(originator, "big"),
            attribute_value(raw, AttributeCode.CLUSTER_LIST) or b"",
        )

    def _loop(self, inputs: AttributeInputs) -> str:
        return self._reason(inputs.as_path, inputs.originator_id, inputs.cluster_list)

    def _reason(self, as_path: bytes, originator_id: int | None, clusters: bytes) -> str:
        if self._asn in as_path and _names(as_path, self._asn):
            return "our own AS number is in AS_PATH"
        if originator_id == self._identifier:
            return "ORIGINATOR_ID is our own BGP Identifier"
        if any(int.from_bytes(clusters[at : at + 4], "big") in self.cluster_ids for at in range(0, len(clusters), 4)):
            return "our own cluster is in CLUSTER_LIST"
        return ""


_POLICY: Final = "import policy "


def _names(as_path: bytes, asn: bytes) -> bool:
    """Tell whether ``asn`` is one of the numbers of ``as_path`` (4-octet form)."""
    position = 0
    while position < len(as_path):
        end = position + 2 + 4 * as_path[position + 1]
        if any(as_path[start : start + 4] == asn for start in range(position + 2, end, 4)):
            return True
        position = end
    return False
