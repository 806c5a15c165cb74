"""The origin of a path."""

import pytest

from bgpkit.rpki import origin_as
from bgpkit_rib import AsPath


@pytest.mark.parametrize(
    ("path", "origin"),
    [("64500 64501", 64501), ("", 64999), ("64500 {64501}", None), ("64500 (65001)", 64999), ("[65001]", 64999)],
)
def test_the_origin_of_a_path(path: str, origin: int | None) -> None:
    """The last AS of a sequence; our own for what comes from our side; none for a set."""
    assert origin_as(AsPath.parse(path), 64999) == origin
