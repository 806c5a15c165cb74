"""The words of error codes."""

import pytest

from bgpkit.rpki.error import error_title


@pytest.mark.parametrize(
    ("code", "title"), [(0, "corrupt data"), (6, "withdrawal of unknown record"), (99, "error code 99")]
)
def test_codes_have_titles(code: int, title: str) -> None:
    """The RFC's words, or the bare number."""
    assert error_title(code) == title
