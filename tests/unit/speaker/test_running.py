"""A speaker that does not run says so."""

import pytest

from bgpkit import SpeakerClosedError
from tests.support.speakers import THEIRS, speaker_at, towards_scripted


async def test_calls_after_the_stop_are_refused() -> None:
    """Every call that changes something says that the speaker is not running; a speaker does not run twice."""
    async with speaker_at() as speaker:
        await speaker.stop()
        await speaker.stop()
        calls = (
            speaker.add_peer(towards_scripted()),
            speaker.announce("10.0.0.0/8"),
            speaker.withdraw("10.0.0.0/8"),
            speaker.update_peer(towards_scripted()),
            speaker.wait_converged(),
            speaker.remove_peer(THEIRS),
        )
        for call in calls:
            with pytest.raises(SpeakerClosedError):
                await call
    with pytest.raises(SpeakerClosedError, match="runs once"):
        await speaker.__aenter__()
