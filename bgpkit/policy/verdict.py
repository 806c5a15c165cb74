"""What a policy is: something that divides routes into accepted and refused."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bgpkit_fsm import Family
from bgpkit_rib import Path


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of a policy for some routes."""

    accepted: bool
    rule: str
    """The name of the policy and, where it has several, of the rule that decided."""


class Policy(Protocol):
    """An import or export policy: pure in its arguments, so that its answers may be recomputed at any time.

    RFC 4271, section 9.1.1 (degree of preference) and 9.1.3 (route dissemination) leave it to configuration.
    """

    @property
    def name(self) -> str:
        """A short name for people."""
        ...

    def apply(self, family: Family, path: Path, keys: list[bytes]) -> Iterable[tuple[Verdict, list[bytes]]]:
        """Divide ``keys`` (table keys of ``family`` that share ``path``) into groups with one verdict each.

        Every key is in exactly one group. Where all keys share a verdict, the very list ``keys`` is given back.
        """
        ...


@dataclass(frozen=True, slots=True)
class AcceptAll:
    """Accept every route."""

    name: str = "accept-all"

    def apply(self, family: Family, path: Path, keys: list[bytes]) -> Iterable[tuple[Verdict, list[bytes]]]:
        """Give all of ``keys`` back as accepted."""
        return ((Verdict(True, self.name), keys),)


@dataclass(frozen=True, slots=True)
class RejectAll:
    """Refuse every route; what external peers get unless told otherwise. RFC 8212, section 2."""

    name: str = "reject-all"

    def apply(self, family: Family, path: Path, keys: list[bytes]) -> Iterable[tuple[Verdict, list[bytes]]]:
        """Give all of ``keys`` back as refused."""
        return ((Verdict(False, self.name), keys),)


ACCEPT_ALL: Final = AcceptAll()
REJECT_ALL: Final = RejectAll()


def verdicts(policy: Policy, family: Family, path: Path, keys: list[bytes]) -> Sequence[tuple[Verdict, list[bytes]]]:
    """Return the verdicts of ``policy``; one that raises refuses, and the verdict says why.

    A fault of somebody's policy must end no session and leave no table half changed.
    """
    try:
        return tuple(policy.apply(family, path, keys))
    except Exception as error:
        return ((Verdict(False, f"{policy.name} failed: {type(error).__name__}: {error}"), keys),)


def accepted_keys(policy: Policy, family: Family, path: Path, keys: list[bytes]) -> list[bytes]:
    """Return those of ``keys`` that ``policy`` accepts; ``keys`` itself when it accepts all of them."""
    if policy is ACCEPT_ALL:
        return keys
    accepted: list[bytes] = []
    for verdict, group in verdicts(policy, family, path, keys):
        if verdict.accepted:
            if group is keys:
                return keys
            accepted.extend(group)
    return accepted
