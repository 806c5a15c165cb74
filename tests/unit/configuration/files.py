"""Configuration files for tests, and what is said of them."""

from pathlib import Path

import pytest

from bgpkit.configuration import Configuration, ConfigurationFileError, load

SPEAKER = '[speaker]\nasn = 64512\nbgp_identifier = "192.0.2.1"\n'


def configuration(folder: Path, text: str, *, speaker: str = SPEAKER) -> Configuration:
    """Return the configuration that a text is, behind the three lines of a speaker."""
    file = folder / "speaker.toml"
    file.write_text(f"{speaker}{text}", encoding="utf-8")
    return load(file)


def faults(folder: Path, text: str, *, speaker: str = SPEAKER) -> list[str]:
    """Return the faults of a text, each as ``LINE: what``; the text begins in line 4."""
    with pytest.raises(ConfigurationFileError) as caught:
        configuration(folder, text, speaker=speaker)
    assert str(caught.value) == "\n".join(map(str, caught.value.faults))
    return [f"{fault.line}: {fault.what}" for fault in caught.value.faults]
