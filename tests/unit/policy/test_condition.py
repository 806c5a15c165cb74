"""How conditions are put together, and their texts."""

from bgpkit.policy import ANY_ROUTE, AllOf, AnyOf, AsPathContains, MedIn, Not, PrefixSet
from bgpkit.policy.condition import leaves

ONE, TWO, THREE = PrefixSet.of("10.0.0.0/8"), AsPathContains.of(7), MedIn(None)


def test_operators_make_flat_conditions() -> None:
    """A chain of one operator is one condition with all of its parts."""
    assert AllOf((ONE, TWO, THREE)) == ONE & TWO & THREE
    assert AnyOf((ONE, TWO, THREE)) == ONE | (TWO | THREE)
    assert AnyOf((Not(AllOf((ONE, TWO))), THREE)) == ~(ONE & TWO) | THREE
    assert AllOf((ONE, ANY_ROUTE)) == ONE & ANY_ROUTE


def test_leaves_are_the_questions_from_the_left() -> None:
    """However deep they stand."""
    assert list(leaves(~(ONE & TWO) | THREE)) == [ONE, TWO, THREE]


def test_a_condition_reads_as_a_sentence() -> None:
    """With parentheses where they are needed."""
    assert str((ONE | TWO) & ~THREE) == "(prefix in 10.0.0.0/8 or AS path contains 7) and not no MED"
    assert (str(ANY_ROUTE), str(AnyOf(()))) == ("any route", "no route")


def test_equal_conditions_are_one() -> None:
    """They are values."""
    assert hash(ONE & ~TWO) == hash(PrefixSet.of("10.0.0.0/8") & ~AsPathContains.of(7))
