"""One way to reach destinations: the object that tables hold."""

from typing import Final, final

from bgpkit_rib.source import Source, SourceKind

DEFAULT_LOCAL_PREF: Final = 100
"""The degree of preference of a path that brings none, as is usual among implementations."""

_LOCAL: Final = SourceKind.LOCAL
# A rank is one number that orders as its fields do, from the left: whether the path is least preferred, weight,
# LOCAL_PREF and local origination above _HIGH_SHIFT; AIGP above _AIGP_SHIFT; AS_PATH length and ORIGIN. What most
# paths say counts as nothing in each field, so that most ranks are small numbers, of which the interpreter keeps one
# copy.
_LENGTH_MAX: Final = (1 << 16) - 1
_AIGP_SHIFT: Final = 18
_AIGP_ABSENT: Final = 1 << 65
_HIGH_SHIFT: Final = _AIGP_SHIFT + 66
_HALF: Final = 1 << (_HIGH_SHIFT - 1)
_WEIGHT_SHIFT: Final = 33
_LOCAL_PREF_MASK: Final = (1 << _WEIGHT_SHIFT) - 1
_WEIGHT_MASK: Final = (1 << 16) - 1
_LEAST_PREFERRED: Final = 1 << 60
_LEAST_PREFERRED_RANK: Final = 1 << (_HIGH_SHIFT + 59)


@final
class Path:
    """What one source says in one attribute block, shared by all keys announced with it.

    Nothing in a path ever changes: news makes a new path. Two paths are equal only if they are the same
    object; `says_the_same` compares what they say.
    """

    __slots__ = (
        "cluster_length",
        "eligible",
        "generation",
        "identifier",
        "kind",
        "med",
        "metric",
        "neighbor_as",
        "next_hop",
        "path_id",
        "rank",
        "raw",
        "reason",
        "received",
        "rest",
        "source",
    )

    source: Source
    """Who announced it."""
    kind: SourceKind
    """What the source was to us when the path was made; decides where the path may go. RFC 4456, section 6."""
    raw: bytes
    """The canonical attribute block, as the import policy left it."""
    received: bytes
    """The block as the source sent it: the very object ``raw`` where no policy has changed anything."""
    rest: bytes
    """What each NLRI says beside its key, such as labels; empty for families that have nothing of the kind."""
    next_hop: bytes
    """Packed: 4 or 16 octets, 32 with a link-local one, none for a local path without next hop."""
    path_id: int
    """The path identifier of RFC 7911, part of the identity beside the source; 0 without ADD-PATH."""
    generation: int
    """The source's generation when the path was made."""
    rank: int
    """What counts first in one number, from whether it is least preferred to ORIGIN; lower is better."""
    neighbor_as: int
    """The AS whose MEDs compare with this path's; 0 for the own AS, and for all where MEDs always compare.

    RFC 4271, section 9.1.2.2 (c); `DecisionOptions.neighbor_of`.
    """
    med: int
    """MULTI_EXIT_DISC; 0, the best, where the path has none. RFC 4271, section 9.1.2.2 (c)."""
    metric: int
    """The interior cost of the next hop; 0 where nobody resolves next hops. Section 9.1.2.2 (e)."""
    identifier: int
    """ORIGINATOR_ID, or else the source's BGP Identifier. RFC 4456, section 9."""
    cluster_length: int
    """How many clusters reflected the path. RFC 4456, section 9."""
    eligible: bool
    """False for a path that may not be chosen: looped, or refused by the import policy."""
    reason: str
    """Why the path is not eligible, or nothing."""

    def __init__(  # one flat constructor: it runs once for each distinct attribute block of each peer
        self,
        source: Source,
        raw: bytes,
        next_hop: bytes = b"",
        origin: int = 0,
        as_path_length: int = 0,
        neighbor_as: int = 0,
        med: int | None = None,
        local_pref: int | None = None,
        originator_id: int | None = None,
        cluster_length: int = 0,
        path_id: int = 0,
        eligible: bool = True,
        reason: str = "",
        metric: int = 0,
        weight: int = 0,
        aigp: int | None = None,
        rest: bytes = b"",
        received: bytes | None = None,
        generation: int | None = None,
        least_preferred: bool = False,
    ) -> None:
        """Make a path, of the source's present generation unless told; a missing LOCAL_PREF counts as 100.

        ``as_path_length`` is at most 65,535, more than any message can hold; ``origin`` is 0 to 2; ``weight`` is of
        local significance, 0 to 65,535, higher is better. ``aigp`` is the attribute's value where it is to count:
        the cost of the next hop is added here (RFC 7311, section 4). A ``least_preferred`` path loses to every other
        that is not (RFC 9494, section 4.4).
        """
        self.source = source
        self.kind = source.kind
        self.raw = raw
        self.received = raw if received is None else received
        self.rest = rest
        self.next_hop = next_hop
        self.path_id = path_id
        self.generation = source.generation if generation is None else generation
        self.neighbor_as = neighbor_as
        self.med = med or 0
        self.metric = metric
        self.identifier = source.bgp_identifier if originator_id is None else originator_id
        self.cluster_length = cluster_length
        self.eligible = eligible
        self.reason = reason
        rank = as_path_length << 2 | origin
        if aigp is not None:
            rank += (aigp + metric - _AIGP_ABSENT) << _AIGP_SHIFT
        high = 0 if local_pref is None else DEFAULT_LOCAL_PREF - local_pref << 1
        if weight:
            high -= weight << _WEIGHT_SHIFT + 1
        if source.kind is _LOCAL:
            high -= 1
        if least_preferred:
            high += _LEAST_PREFERRED
        self.rank = rank + (high << _HIGH_SHIFT) if high else rank

    @property
    def local_pref(self) -> int:
        """The degree of preference; higher is better. RFC 4271, section 9.1.1."""
        return self._preference & _LOCAL_PREF_MASK

    @property
    def weight(self) -> int:
        """The preference that counts before all else, in this speaker only; higher is better."""
        return self._preference >> _WEIGHT_SHIFT & _WEIGHT_MASK

    @property
    def least_preferred(self) -> bool:
        """Whether the path loses to every other that is not so: it is long-lived stale. RFC 9494, section 4.4."""
        return self.rank > _LEAST_PREFERRED_RANK

    @property
    def _preference(self) -> int:
        """Weight and LOCAL_PREF."""
        high = (self.rank + _HALF) >> _HIGH_SHIFT
        return DEFAULT_LOCAL_PREF - (high + 1 >> 1)

    @property
    def aigp(self) -> int | None:
        """The accumulated cost with that of the next hop; None where the path tells none, or it does not count.

        RFC 7311, section 4.
        """
        high = (self.rank + _HALF) >> _HIGH_SHIFT
        field = self.rank - (high << _HIGH_SHIFT) >> _AIGP_SHIFT
        return field + _AIGP_ABSENT if field else None

    @property
    def as_path_length(self) -> int:
        """The length of AS_PATH as the decision process counts it. RFC 4271, section 9.1.2.2 (a)."""
        return self.rank >> 2 & _LENGTH_MAX

    @property
    def origin(self) -> int:
        """The ORIGIN attribute's value; lower is better. RFC 4271, section 9.1.2.2 (b)."""
        return self.rank & 3

    @property
    def stale(self) -> bool:
        """Whether the path is kept of a session that has ended. RFC 4724, section 4.2."""
        return self.generation < self.source.stale_below

    def refused(self, reason: str) -> "Path":
        """Return a path that says the same and may not be chosen, for ``reason``; of the same generation and kind."""
        other = Path(self.source, self.raw)
        other.kind = self.kind
        other.received = self.received
        other.rest = self.rest
        other.next_hop = self.next_hop
        other.path_id = self.path_id
        other.generation = self.generation
        other.rank = self.rank
        other.neighbor_as = self.neighbor_as
        other.med = self.med
        other.metric = self.metric
        other.identifier = self.identifier
        other.cluster_length = self.cluster_length
        other.eligible, other.reason = False, reason
        return other

    def says_the_same(self, other: "Path") -> bool:
        """Tell whether ``other``, of the same source, would change nothing but the generation in a table."""
        return (
            self.raw == other.raw
            and self.received == other.received
            and self.rest == other.rest
            and self.kind is other.kind
            and self.rank == other.rank
            and self.next_hop == other.next_hop
            and self.med == other.med
            and self.neighbor_as == other.neighbor_as
            and self.metric == other.metric
            and self.identifier == other.identifier
            and self.cluster_length == other.cluster_length
            and self.eligible is other.eligible
            and self.reason == other.reason
        )

    def __repr__(self) -> str:
        """Return the source and what ranks the path."""
        verdict = "" if self.eligible else f", not eligible: {self.reason or 'no reason given'}"
        return f"Path({self.source.name}, local_pref={self.local_pref}, as_path_length={self.as_path_length}{verdict})"


make_path: Final = Path
"""The constructor under the name of a verb."""
