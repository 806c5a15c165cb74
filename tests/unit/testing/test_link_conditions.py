"""What a way between two hosts can be like."""

from typing import Any

import pytest

from bgpkit.errors import ConfigError
from bgpkit.testing import LinkConditions


@pytest.mark.parametrize(
    "wrong",
    [
        {"delay": -1},
        {"jitter": -0.1},
        {"connect_jitter": -0.1},
        {"bandwidth": 0},
        {"window": 0},
        {"reset": 1.5},
        {"half_open": -0.1},
        {"refuse": 2},
        {"black_hole": -1},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_by_its_name(wrong: dict[str, Any]) -> None:
    """The sentence names the field and its value."""
    ((name, value),) = wrong.items()
    with pytest.raises(ConfigError, match=f"link: {name} {value} "):
        LinkConditions(**wrong)


def test_without_a_word_a_link_is_perfect() -> None:
    """No delay, no bound, no faults."""
    perfect = LinkConditions()
    assert (perfect.delay, perfect.jitter, perfect.connect_jitter, perfect.bandwidth) == (0, 0, 0, None)
    assert (perfect.reset, perfect.half_open, perfect.refuse, perfect.black_hole) == (0, 0, 0, 0)
