"""The page is what the tests of the matrix prove when they pass."""

from tests.interop.matrix_lacks import LACKS
from tests.interop.matrix_notifications import DIFFERENT, PROVOCATIONS
from tests.interop.matrix_page import FEATURES, OTHERS, PAGE, matrix, printed


def test_the_page_agrees_with_the_tests() -> None:
    """Each cell is a test: a pass that would fail, and a lack that would be none, is a failure of that test."""
    assert printed(PAGE.read_text(encoding="utf-8")) == matrix({})


def test_rows_are_named_once() -> None:
    """Keys are the names of the tests."""
    keys = [feature.key for feature in FEATURES]
    assert len(set(keys)) == len(keys)
    assert len({provocation.key for provocation in PROVOCATIONS}) == len(PROVOCATIONS)


def test_what_is_lacking_or_different_is_a_row() -> None:
    """No daemon lacks what nobody asks for."""
    names = {other.name for other in OTHERS}
    assert set(LACKS) == set(DIFFERENT) == names
    assert all(set(lacks) <= {feature.key for feature in FEATURES} for lacks in LACKS.values())
    assert all(set(rows) <= {provocation.key for provocation in PROVOCATIONS} for rows in DIFFERENT.values())


def test_a_test_that_has_failed_shows_in_its_cell() -> None:
    """Nothing that failed is printed as a pass."""
    assert "**FAILED**" in matrix({("bird", FEATURES[0].key): "failed"})
    assert "**FAILED**" not in matrix({})
