"""Who watches paths."""

from pathlib import Path

from bgpkit.bfd import BfdClient, BfdService
from bgpkit.configuration.liveness import liveness_detector
from tests.unit.configuration.files import configuration


def test_a_table_says_who_watches(tmp_path: Path) -> None:
    """Nobody, this process, or ``bgpkit bfd``."""
    assert liveness_detector(configuration(tmp_path, "")) is None
    assert isinstance(liveness_detector(configuration(tmp_path, "[bfd]\n")), BfdService)
    assert isinstance(liveness_detector(configuration(tmp_path, '[bfd]\nlisten = "127.0.0.1"\n')), BfdService)
    assert isinstance(liveness_detector(configuration(tmp_path, '[bfd]\nsocket = "bfd.sock"\n')), BfdClient)
