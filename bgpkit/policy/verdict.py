"""What a policy is: something that divides routes into accepted and refused."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol, TypeAlias, runtime_checkable

from bgpkit.policy.change import Change
from bgpkit.rpki import RoaTable
from bgpkit_fsm import Family
from bgpkit_rib import Path


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of a policy for some routes."""

    accepted: bool
    rule: str
    """The name of the policy and, where it has several, of the rule that decided."""
    change: Change | None = None
    """What becomes of the attributes of a route that is accepted; None: nothing."""


CommonVerdict: TypeAlias = Callable[[list[bytes]], Verdict | None]
"""Returns the one verdict that all keys of a block get; None says nothing: the policy is to be asked."""


class Policy(Protocol):
    """An import or export policy: pure in its arguments, so that its answers may be recomputed at any time.

    A policy may have three more attributes, which `is_keyed`, `is_pure` and `uses_rpki` read: ``keyed``, ``pure`` and
    ``uses_rpki``; and methods ``bind`` and ``by_destination``, which the functions of these names call. It is hashable:
    peers with equal policies share an update group. RFC 4271, section 9.1.1 (degree of preference) and 9.1.3 (route
    dissemination) leave it to configuration.
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
    keyed: ClassVar[bool] = False

    def apply(self, family: Family, path: Path, keys: list[bytes]) -> Iterable[tuple[Verdict, list[bytes]]]:
        """Give all of ``keys`` back as accepted."""
        return ((Verdict(True, self.name), keys),)

    def by_destination(self, family: Family) -> Verdict:
        """Return that every route is accepted."""
        del family
        return Verdict(True, self.name)


@dataclass(frozen=True, slots=True)
class RejectAll:
    """Refuse every route; what external peers get unless told otherwise. RFC 8212, section 2."""

    name: str = "reject-all"
    keyed: ClassVar[bool] = False

    def apply(self, family: Family, path: Path, keys: list[bytes]) -> Iterable[tuple[Verdict, list[bytes]]]:
        """Give all of ``keys`` back as refused."""
        return ((Verdict(False, self.name), keys),)

    def by_destination(self, family: Family) -> Verdict:
        """Return that every route is refused."""
        del family
        return Verdict(False, self.name)


ACCEPT_ALL: Final = AcceptAll()
REJECT_ALL: Final = RejectAll()


@runtime_checkable
class Bindable(Protocol):
    """A policy that looks at the RPKI, and so wants to know the ROAs."""

    def bind(self, roas: RoaTable | None, own_as: int | None = None) -> Policy:
        """Return the same policy with other ROAs; without any, every route is not-found."""
        ...


@runtime_checkable
class PathBlind(Protocol):
    """A policy that can tell at little cost what whole blocks get, whatever their path is."""

    def by_destination(self, family: Family) -> Verdict | CommonVerdict | None:
        """Return what `by_destination` returns for it."""
        ...


def by_destination(policy: Policy, family: Family) -> Verdict | CommonVerdict | None:
    """Return what ``policy`` says of routes of ``family`` whatever their path is: a verdict that all of them get.

    Where it depends on the key, a function that tells it of a block if that takes little; None where there is none.
    """
    return policy.by_destination(family) if isinstance(policy, PathBlind) else None


def is_keyed(policy: Policy) -> bool:
    """Tell whether verdicts depend on the key as well as on the path; unless the policy says otherwise, they do.

    A policy that is not keyed is asked once for each path, and its verdict remembered.
    """
    return getattr(policy, "keyed", True) is not False


def is_pure(policy: Policy) -> bool:
    """Tell whether equal arguments always give equal verdicts; unless the policy says otherwise, they do.

    Of a policy that is not pure nothing is remembered, and a route that it refuses is withdrawn whatever was sent.
    """
    return getattr(policy, "pure", True) is not False


def uses_rpki(policy: Policy) -> bool:
    """Tell whether verdicts depend on ROAs; unless the policy says so, they do not."""
    return getattr(policy, "uses_rpki", False) is True


def bind(policy: Policy, roas: RoaTable | None, own_as: int | None = None) -> Policy:
    """Return ``policy`` with a table of ROAs; the very policy when it does not use them.

    ``own_as`` is our own AS: where a route with an empty AS_PATH comes from; without it none such is ever valid.
    Policies with different tables are unequal, so that a change of ROAs is a change of policy.
    RFC 6811, sections 2 and 4.
    """
    return policy.bind(roas, own_as) if uses_rpki(policy) and isinstance(policy, Bindable) else policy


def verdicts(policy: Policy, family: Family, path: Path, keys: list[bytes]) -> Sequence[tuple[Verdict, list[bytes]]]:
    """Return the verdicts of ``policy``; one that raises refuses, and the verdict says why.

    A fault of somebody's policy must end no session and leave no table half changed.
    """
    try:
        return tuple(policy.apply(family, path, keys))
    except Exception as error:
        return ((Verdict(False, f"{policy.name} failed: {type(error).__name__}: {error}"), keys),)
