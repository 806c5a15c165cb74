"""How the decision process may be tuned. RFC 4271, section 9.1.2.2."""

from dataclasses import dataclass
from typing import Final

MED_WORST: Final = (1 << 32) - 1
"""The MED that loses against every other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionOptions:
    """What counts in the decision process, the same for all paths of a table.

    The process itself does not ask: a path holds the numbers that are to count, and who makes a path gets them from
    the methods here. So an option costs nothing when paths are compared, and takes effect with paths made anew.
    """

    always_compare_med: bool = False
    """MEDs compare between all paths, whatever AS they come from."""
    med_missing_as_worst: bool = False
    """A path without MED counts as one with the highest, where RFC 4271 takes the lowest."""
    aigp: bool = False
    """The AIGP attribute counts. RFC 7311, section 4."""
    ignore_as_path_length: bool = False
    """All AS paths count as equally long."""
    ignore_igp_metric: bool = False
    """All next hops count as equally far."""

    def med_of(self, med: int | None) -> int | None:
        """Return what a path is to have as ``med``, where its MULTI_EXIT_DISC is ``med`` or it has none."""
        return MED_WORST if med is None and self.med_missing_as_worst else med

    def neighbor_of(self, neighbor_as: int) -> int:
        """Return what a path is to have as ``neighbor_as``: 0 for all where MEDs always compare."""
        return 0 if self.always_compare_med else neighbor_as

    def as_path_length_of(self, length: int) -> int:
        """Return what a path is to have as ``as_path_length``, where its AS_PATH counts ``length``."""
        return 0 if self.ignore_as_path_length else length

    def metric_of(self, metric: int) -> int:
        """Return what a path is to have as ``metric``, where its next hop is ``metric`` away."""
        return 0 if self.ignore_igp_metric else metric

    def aigp_of(self, aigp: int | None, metric: int = 0) -> int | None:
        """Return what a path is to have as ``aigp``, where its attribute says ``aigp`` or it has none.

        ``metric`` is the interior cost of the next hop. A path adds its own ``metric`` to its ``aigp``; where
        `metric_of` took that away, it is added here, so that the accumulated cost is whole. RFC 7311, section 4.
        """
        if aigp is None or not self.aigp:
            return None
        return aigp + metric if self.ignore_igp_metric else aigp
