"""One way to reach destinations: the object that tables hold."""

from typing import Final, final

from bgpkit_rib.source import Source, SourceKind

DEFAULT_LOCAL_PREF: Final = 100
"""The degree of preference of a path that brings none, as is usual among implementations."""

_LOCAL: Final = SourceKind.LOCAL
_LENGTH_BITS: Final = 16
_LENGTH_MAX: Final = (1 << _LENGTH_BITS) - 1
_LOCAL_SHIFT: Final = _LENGTH_BITS + 2
_PREFERENCE_SHIFT: Final = _LOCAL_SHIFT + 1
_PREFERENCE_MAX: Final = (1 << 32) - 1


@final
class Path:
    """What one source says in one attribute block, shared by all keys announced with it.

    Nothing in a path ever changes: news makes a new path. Two paths are equal only if they are the same
    object; `says_the_same` compares what they say. A path is of an older generation than its source's
    present one when it is stale.
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
        "source",
    )

    source: Source
    """Who announced it."""
    kind: SourceKind
    """What the source was to us when the path was made; decides where the path may go. RFC 4456, section 6."""
    raw: bytes
    """The canonical attribute block."""
    next_hop: bytes
    """Packed: 4 or 16 octets, 32 with a link-local one, none for a local path without next hop."""
    path_id: int
    """The path identifier of RFC 7911, part of the identity beside the source; 0 without ADD-PATH."""
    generation: int
    """The source's generation when the path was made."""
    rank: int
    """LOCAL_PREF, local origination, AS_PATH length and ORIGIN in one number; lower is better."""
    neighbor_as: int
    """The AS whose MEDs compare with this path's; 0 for the own AS. RFC 4271, section 9.1.2.2 (c)."""
    med: int
    """MULTI_EXIT_DISC; 0, the best, where the path has none. RFC 4271, section 9.1.2.2 (c)."""
    metric: int
    """The interior cost of the next hop; all 0 until a next-hop resolver gives it. Section 9.1.2.2 (e)."""
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
        *,
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
    ) -> None:
        """Make a path of the source's present generation; a missing LOCAL_PREF counts as 100.

        ``as_path_length`` is at most 65,535, more than any message can hold; ``origin`` is 0 to 2.
        """
        self.source = source
        self.kind = source.kind
        self.raw = raw
        self.next_hop = next_hop
        self.path_id = path_id
        self.generation = source.generation
        self.neighbor_as = neighbor_as
        self.med = med or 0
        self.metric = metric
        self.identifier = source.bgp_identifier if originator_id is None else originator_id
        self.cluster_length = cluster_length
        self.eligible = eligible
        self.reason = reason
        preference = DEFAULT_LOCAL_PREF if local_pref is None else local_pref
        self.rank = (
            (_PREFERENCE_MAX - preference) << _PREFERENCE_SHIFT
            | (source.kind is not _LOCAL) << _LOCAL_SHIFT
            | as_path_length << 2
            | origin
        )

    @property
    def local_pref(self) -> int:
        """The degree of preference; higher is better. RFC 4271, section 9.1.1."""
        return _PREFERENCE_MAX - (self.rank >> _PREFERENCE_SHIFT)

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
        """Whether the source has begun a newer generation since. RFC 4724, section 4.2; RFC 7313, section 4."""
        return self.generation < self.source.generation

    def renewed(self, *, eligible: bool, reason: str = "") -> "Path":
        """Return a path that says the same with another verdict, of the source's present kind and its own generation.

        For sweeps after a change of policy or of what the peer is to us.
        """
        path = Path.__new__(Path)
        for name in Path.__slots__:
            setattr(path, name, getattr(self, name))
        path.kind = self.source.kind
        path.eligible = eligible
        path.reason = reason
        return path

    def says_the_same(self, other: "Path") -> bool:
        """Tell whether ``other``, of the same source, would change nothing but the generation in a table."""
        return (
            self.raw == other.raw
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
