"""What a rule does to the communities of a route."""

from dataclasses import dataclass, field
from typing import Self

from bgpkit.errors import ConfigError
from bgpkit.policy.actions import Action
from bgpkit.policy.block_edits import BlockEdits
from bgpkit.policy.community_pattern import AnyCommunity, CommunityKind, CommunityPattern, kind_of, octets_of


@dataclass(frozen=True, slots=True)
class CommunityAction(Action):
    """Something done to a route with communities of one kind or several."""

    communities: tuple[AnyCommunity, ...]
    by_kind: tuple[tuple[CommunityKind, tuple[bytes, ...]], ...] = field(init=False, compare=False, repr=False)
    """The communities in octets, by kind, each once."""

    def __post_init__(self) -> None:
        """Sort the communities by kind, once for all routes."""
        found: dict[CommunityKind, dict[bytes, None]] = {}
        for community in self.communities:
            found.setdefault(kind_of(community), {})[octets_of(community)] = None
        object.__setattr__(self, "by_kind", tuple((kind, tuple(members)) for kind, members in found.items()))

    @classmethod
    def of(cls, *communities: AnyCommunity) -> Self:
        """Return the action for some communities."""
        return cls(communities)

    @property
    def codes(self) -> frozenset[int]:
        """Type codes of the attributes that it sets."""
        return frozenset(kind.code for kind, _ in self.by_kind)


@dataclass(frozen=True, slots=True)
class AddCommunities(CommunityAction):
    """Put communities behind those that a route has, unless it has them already. RFC 1997; RFC 4360; RFC 8092."""

    def edit(self, block: BlockEdits) -> None:
        """Add what is missing."""
        for kind, added in self.by_kind:
            value = block.get(kind.code) or b""
            present = _members(value, kind.size)
            missing = b"".join([member for member in added if member not in present])
            if missing:
                block.put(kind.code, value + missing)

    def __str__(self) -> str:
        """Return ``add community 64512:1``."""
        return f"add community {' '.join(map(str, self.communities))}"


@dataclass(frozen=True, slots=True)
class SetCommunities(CommunityAction):
    """Put communities in the place of all of their kinds; other kinds stay. ConfigError without any community."""

    def __post_init__(self) -> None:
        """Refuse to set nothing, which has no kind."""
        CommunityAction.__post_init__(self)
        if not self.communities:
            raise ConfigError("to set no communities is to delete all; delete '*' of the kind that is meant")

    def edit(self, block: BlockEdits) -> None:
        """Replace the communities."""
        for kind, members in self.by_kind:
            block.put(kind.code, b"".join(members))

    def __str__(self) -> str:
        """Return ``set community 64512:1``."""
        return f"set community {' '.join(map(str, self.communities))}"


@dataclass(frozen=True, slots=True)
class DeleteCommunities(Action):
    """Take out all communities that one of several patterns finds."""

    patterns: tuple[CommunityPattern, ...]

    @classmethod
    def of(cls, *patterns: str | CommunityPattern) -> "DeleteCommunities":
        """Return the action for patterns or their texts; ConfigError as `CommunityPattern`."""
        return cls(tuple(CommunityPattern.parse(each) if isinstance(each, str) else each for each in patterns))

    @property
    def codes(self) -> frozenset[int]:
        """Type codes of the attributes that it sets."""
        return frozenset(pattern.kind.code for pattern in self.patterns)

    def edit(self, block: BlockEdits) -> None:
        """Delete them; an attribute without any left goes away."""
        for kind in dict.fromkeys(pattern.kind for pattern in self.patterns):
            value = block.get(kind.code)
            if value is None:
                continue
            patterns = [pattern for pattern in self.patterns if pattern.kind is kind]
            members = _members(value, kind.size)
            found = {member for member in set(members) if any(pattern.matches(member) for pattern in patterns)}
            if found:
                block.put(kind.code, b"".join(member for member in members if member not in found) or None)

    def __str__(self) -> str:
        """Return ``delete community 64512:*``."""
        return f"delete community {' '.join(map(str, self.patterns))}"


def _members(value: bytes, size: int) -> list[bytes]:
    return [value[start : start + size] for start in range(0, len(value), size)]
