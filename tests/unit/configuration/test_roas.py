"""ROAs from a file or from caches."""

from pathlib import Path

import pytest

from bgpkit import ConfigError, Speaker
from bgpkit.configuration import RpkiSettings
from bgpkit.configuration.roas import Roas
from bgpkit.rpki import RpkiState

INVALID = '{"roas": [{"prefix": "10.0.0.0/8", "maxLength": 8, "asn": 1}]}'


def rpki_of(speaker: Speaker) -> RpkiState | None:
    """Return what the speaker says of our own route."""
    return speaker.explain("10.0.0.0/8").paths[0].rpki


async def test_a_file_is_read_each_time_it_is_asked_for(tmp_path: Path) -> None:
    """One that cannot be read changes nothing; without settings there are no ROAs."""
    file = tmp_path / "roas.json"
    file.write_text(INVALID)
    async with Speaker(asn=64512, bgp_identifier="192.0.2.1") as speaker:
        await speaker.announce("10.0.0.0/8")
        roas = Roas(speaker, tmp_path)
        await roas.use(RpkiSettings(roas_file="roas.json"))
        assert rpki_of(speaker) is RpkiState.INVALID
        file.write_text(INVALID.replace('"asn": 1', '"asn": 64512'))
        await roas.use(RpkiSettings(roas_file="roas.json"))
        assert rpki_of(speaker) is RpkiState.VALID
        with pytest.raises(ConfigError, match="gone"):
            await roas.use(RpkiSettings(roas_file="gone"))
        assert rpki_of(speaker) is RpkiState.VALID
        await roas.use(None)
        assert rpki_of(speaker) is None


async def test_caches_are_followed_and_let_go(tmp_path: Path) -> None:
    """How each stands can be asked."""
    async with Speaker(asn=64512, bgp_identifier="192.0.2.1") as speaker:
        roas = Roas(speaker, tmp_path)
        await roas.use(RpkiSettings(caches=("127.0.0.1:1", "127.0.0.1:2")))
        assert [str(status.cache) for status in roas.status()] == ["127.0.0.1:1", "127.0.0.1:2"]
        await roas.close()
        assert roas.status() == ()
