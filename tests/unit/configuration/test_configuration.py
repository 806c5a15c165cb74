"""Where a refusal of the speaker's belongs."""

from pathlib import Path

from bgpkit.errors import ConfigError
from tests.unit.configuration.files import configuration


def test_a_refusal_is_told_at_the_peer_that_it_names(tmp_path: Path) -> None:
    """Else of the file as a whole."""
    found = configuration(tmp_path, '[[peers]]\naddress = "192.0.2.2"\nasn = 64512\n')
    assert str(found.fault_of(ConfigError("peer 192.0.2.2: no"))) == f"{found.path}:4: peer 192.0.2.2: no"
    assert str(found.fault_of(ConfigError("no"))) == f"{found.path}: no"
