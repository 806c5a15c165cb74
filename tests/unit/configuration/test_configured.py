"""A speaker by a file, and by the next one."""

from pathlib import Path

import pytest

from bgpkit import ConfigError, Speaker, SpeakerClosedError, State
from bgpkit.configuration import Configuration, ConfigurationFileError, ConfiguredSpeaker
from bgpkit.configuration.configured import longest
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import Prefix
from tests.support.scripted_peer import eventually
from tests.support.speakers import ASN, THEIRS, scripted, turned_away
from tests.unit.configuration.files import configuration

PEER = '[[peers]]\naddress = "{}"\nasn = 64512\npassive = true\n'
EXTERNAL = PEER.format("192.0.2.9").replace("64512", "64513")
RANGE = '[[peers]]\nrange = "127.0.0.0/8"\nasn = 64512\npassive = true\n'
ROUTES = '[[announcements]]\nprefixes = ["10.1.0.0/16", "10.2.0.0/16"]\n[[aggregates]]\nprefix = "10.0.0.0/8"\n'


def destinations(running: ConfiguredSpeaker) -> list[str]:
    """Return what the speaker has."""
    return sorted(str(route.prefix) for route in running.speaker.routes(IPV4_UNICAST))


def addresses(running: ConfiguredSpeaker) -> list[str]:
    """Return the addresses of its peers."""
    return [peer.address for peer in running.speaker.peers()]


async def test_all_that_a_file_says_is_there(tmp_path: Path) -> None:
    """And gone when it ends."""
    running = ConfiguredSpeaker(configuration(tmp_path, PEER.format("192.0.2.2") + ROUTES))
    with pytest.raises(SpeakerClosedError):
        destinations(running)
    async with running:
        assert addresses(running) == ["192.0.2.2"]
        assert destinations(running) == ["10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16"]
        assert (running.forwarding, running.caches()) == (None, ())
    with pytest.raises(SpeakerClosedError):
        await running.speaker.announce("10.3.0.0/16")


async def test_what_differs_is_changed_and_nothing_else(tmp_path: Path) -> None:
    """Peers and routes come and go; what the plan says is what is done."""
    old = configuration(tmp_path, PEER.format("192.0.2.2") + PEER.format("192.0.2.3") + ROUTES)
    async with ConfiguredSpeaker(old) as running:
        kept = running.speaker.peer_config("192.0.2.2")
        new = configuration(
            tmp_path,
            PEER.format("192.0.2.2") + PEER.format("192.0.2.4") + ROUTES.replace("10.2.0.0", "10.3.0.0"),
        )
        planned = running.plan(new)
        assert addresses(running) == ["192.0.2.2", "192.0.2.3"]
        assert await running.apply(new) == planned
        assert addresses(running) == ["192.0.2.2", "192.0.2.4"]
        assert destinations(running) == ["10.0.0.0/8", "10.1.0.0/16", "10.3.0.0/16"]
        assert running.speaker.peer_config("192.0.2.2") is kept
        assert running.configuration is new
        assert (await running.apply(configuration(tmp_path, ""))).peers[-1].change.value == "remove"
        assert (addresses(running), destinations(running)) == ([], [])


@pytest.mark.parametrize(
    ("text", "speaker", "error"),
    [
        (PEER.format("192.0.2.9"), '[speaker]\nasn = 64513\nbgp_identifier = "192.0.2.1"\n', ConfigError),
        (f"{EXTERNAL}route_reflector_client = true\n", None, ConfigurationFileError),
    ],
)
async def test_a_file_that_cannot_be_changes_nothing(
    tmp_path: Path, text: str, speaker: str | None, error: type[ConfigError]
) -> None:
    """One that needs a new start, and one that the speaker refuses."""
    old = configuration(tmp_path, PEER.format("192.0.2.2") + ROUTES)
    async with ConfiguredSpeaker(old) as running:
        new = configuration(tmp_path, text) if speaker is None else configuration(tmp_path, text, speaker=speaker)
        with pytest.raises(error):
            await running.apply(new)
        assert (addresses(running), running.configuration) == (["192.0.2.2"], old)
        assert len(destinations(running)) == 3


async def test_a_new_start_is_told_before_what_the_old_speaker_would_say(tmp_path: Path) -> None:
    """A client of the new AS is none of the old one: that is not what is wrong with the file."""
    client = f"{PEER.format('192.0.2.2')}route_reflector_client = true\n"
    async with ConfiguredSpeaker(configuration(tmp_path, client)) as running:
        speaker = '[speaker]\nasn = 64513\nbgp_identifier = "192.0.2.1"\n'
        new = configuration(tmp_path, client.replace("64512", "64513"), speaker=speaker)
        assert running.plan(new).restart == ("speaker.asn",)
        with pytest.raises(ConfigError, match=r"speaker\.asn cannot change while the daemon runs"):
            await running.apply(new)


async def test_what_is_refused_half_way_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel says no only when it is asked; all is as it was then, and the next file is judged by that."""

    async def refused(*_words: object, **_more: object) -> None:
        raise ConfigError("interface lo: Operation not permitted")

    monkeypatch.setattr(Speaker, "discover_peers", refused)
    first = PEER.format("192.0.2.2") + RANGE
    old = configuration(tmp_path, first + ROUTES)
    async with ConfiguredSpeaker(old) as running:
        other = PEER.format("192.0.2.3") + '[[peers]]\ninterface = "lo"\nasn = 64513\n'
        new = configuration(tmp_path, other + ROUTES.replace("10.2", "10.3").replace("10.0.0.0/8", "10.0.0.0/12"))
        with pytest.raises(ConfigError, match="Operation not permitted"):
            await running.apply(new)
        assert (addresses(running), running.configuration) == (["192.0.2.2"], old)
        assert destinations(running) == ["10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16"]
        assert (await running.apply(old)).empty
        assert str(await running.apply(configuration(tmp_path, PEER.format("192.0.2.2") + ROUTES))) == (
            "range 127.0.0.0/8: remove"
        )


async def test_peers_of_a_range_follow_the_file(tmp_path: Path) -> None:
    """A soft change reaches those that are there, their sessions stay; a costly one ends them, and they come back."""
    speaker_table = f'[speaker]\nasn = {ASN}\nbgp_identifier = "192.0.2.1"\nlisten = "127.0.0.1:0"\n'

    def ranged(more: str) -> Configuration:
        return configuration(tmp_path, f"{RANGE.replace('64512', str(ASN))}{more}", speaker=speaker_table)

    async with ConfiguredSpeaker(ranged("")) as running:
        peer = await scripted(running.speaker)
        assert str(running.plan(ranged("weight = 7\n"))) == "range 127.0.0.0/8: soft: weight"
        await running.apply(ranged("weight = 7\n"))
        assert running.speaker.peer_config(THEIRS).weight == 7
        assert running.speaker.peers()[0].state is State.ESTABLISHED
        await running.apply(ranged("weight = 7\nhold_time = 30\n"))
        await eventually(lambda: not addresses(running), "the session ends")
        again = await scripted(running.speaker)
        assert running.speaker.peer_config(THEIRS).hold_time == 30
        await running.apply(ranged("weight = 7\nhold_time = 30\nlimit = 5\n"))
        await eventually(lambda: not addresses(running), "the session ends again")
        await running.apply(configuration(tmp_path, "", speaker=speaker_table))
        await turned_away(running.speaker, THEIRS)
        for each in (peer, again):
            await each.close()


def test_the_longest_range_counts() -> None:
    """As it does where a peer comes in; a zone is no part of it."""
    ranges = [Prefix.parse(text) for text in ("10.0.0.0/8", "10.1.0.0/16", "fe80::/10")]
    assert longest("10.1.2.3", ranges) == ranges[1]
    assert longest("10.2.2.3", ranges) == ranges[0]
    assert longest("fe80::1%eth0", ranges) == ranges[2]
    assert longest("192.0.2.1", ranges) is None


async def test_a_start_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    """The first address is free again."""
    text = 'listen = ["127.0.0.1:0", "192.0.2.77:1790"]\n'
    broken: Configuration = configuration(tmp_path, text)
    with pytest.raises(ConfigError, match=r"192\.0\.2\.77"):
        async with ConfiguredSpeaker(broken):
            raise AssertionError
