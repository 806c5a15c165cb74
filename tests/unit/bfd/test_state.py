"""bgpkit.bfd.state: numbers with names."""

import pytest

from bgpkit.bfd.state import BfdState, Diagnostic, diagnostic_name


@pytest.mark.parametrize(
    ("number", "title"), [(0, "AdminDown"), (1, "Down"), (2, "Init"), (3, "Up")], ids=lambda value: str(value)
)
def test_states_are_written_as_the_rfc_does(number: int, title: str) -> None:
    """RFC 5880, section 4.1."""
    assert BfdState(number).title == title


def test_diagnostics_have_the_names_of_the_registry() -> None:
    """What has none is told by its number."""
    assert diagnostic_name(Diagnostic.CONTROL_DETECTION_TIME_EXPIRED) == "Control Detection Time Expired"
    assert diagnostic_name(8) == "Reverse Concatenated Path Down"
    assert diagnostic_name(31) == "Diagnostic 31"
