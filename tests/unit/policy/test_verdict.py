"""Policies as such: what accept-all and reject-all answer, and how accepted keys are picked."""

from collections.abc import Iterable

from bgpkit.policy import (
    ACCEPT_ALL,
    REJECT_ALL,
    Policy,
    Verdict,
    bind,
    is_keyed,
    is_pure,
    uses_rpki,
    verdicts,
)
from bgpkit.rpki import RoaTable
from bgpkit_fsm import IPV4_UNICAST, Family
from bgpkit_rib import Path, Source, SourceKind, make_path

KEYS = [bytes((8, number)) for number in range(4)]
PATH = make_path(Source("peer", SourceKind.EBGP), b"")


def test_accept_all_gives_the_very_list_back() -> None:
    """A policy that accepts everything costs no copy."""
    ((verdict, keys),) = ACCEPT_ALL.apply(IPV4_UNICAST, PATH, KEYS)
    assert verdict == Verdict(True, "accept-all")
    assert keys is KEYS


def test_reject_all_accepts_nothing() -> None:
    """RFC 8212, section 2: without a policy nothing passes; this is the policy that says so."""
    ((verdict, keys),) = REJECT_ALL.apply(IPV4_UNICAST, PATH, KEYS)
    assert verdict == Verdict(False, "reject-all")
    assert keys is KEYS


class Broken:
    """Raises."""

    name = "broken"

    def apply(self, family: Family, path: Path, keys: list[bytes]) -> Iterable[tuple[Verdict, list[bytes]]]:
        """Fail as a careless policy would."""
        raise KeyError("prefix")


def test_a_policy_that_raises_refuses_and_says_why() -> None:
    """A fault of a policy is a verdict like another: no session ends of it."""
    broken: Policy = Broken()
    ((verdict, keys),) = verdicts(broken, IPV4_UNICAST, PATH, KEYS)
    assert verdict == Verdict(False, "broken failed: KeyError: 'prefix'")
    assert keys is KEYS


class Bare:
    """A policy of a user that says nothing about itself."""

    name = "bare"

    def apply(self, family: Family, path: Path, keys: list[bytes]) -> Iterable[tuple[Verdict, list[bytes]]]:
        """Accept everything."""
        return ((Verdict(True, self.name), keys),)


class Told(Bare):
    """One that says all."""

    keyed = False
    pure = False
    uses_rpki = True

    def bind(self, roas: RoaTable | None, own_as: int | None = None) -> "Bare":
        """Return another policy."""
        return Bare() if roas is not None and own_as == 64512 else self


def test_a_policy_that_says_nothing_about_itself_is_keyed_and_pure() -> None:
    """It is asked for every key, its answers may be recomputed, and ROAs are nothing to it."""
    bare: Policy = Bare()
    assert (is_keyed(bare), is_pure(bare), uses_rpki(bare)) == (True, True, False)
    assert bind(bare, RoaTable()) is bare


def test_a_policy_may_say_otherwise() -> None:
    """By attributes of these names; ROAs and our own AS are handed to its ``bind``."""
    told: Policy = Told()
    assert (is_keyed(told), is_pure(told), uses_rpki(told)) == (False, False, True)
    assert type(bind(told, RoaTable(), 64512)) is Bare
    assert bind(told, None) is told


def test_accept_all_and_reject_all_do_not_look_at_keys() -> None:
    """They are asked once for each path."""
    assert [is_keyed(policy) for policy in (ACCEPT_ALL, REJECT_ALL)] == [False, False]
