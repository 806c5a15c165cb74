"""What a speaker has while it runs, on which all its calls stand."""

from bgpkit.errors import SpeakerClosedError
from bgpkit.speaker.roster import Roster
from bgpkit.speaker.shared import Shared


class Running:
    """A part of `Speaker`: says so to whoever asks for something while it does not run."""

    _shared: Shared | None
    """None before the start and after the end."""
    _roster: Roster | None
    """None before the start; after the end the peers are gone."""

    def _open(self) -> Shared:
        """Return what the peers share; SpeakerClosedError when the speaker is not running."""
        if self._shared is None:
            raise SpeakerClosedError("the speaker is not running; use it inside 'async with'")
        return self._shared

    def _peers(self) -> Roster:
        """Return the peers; SpeakerClosedError when the speaker is not running."""
        self._open()
        if self._roster is None:
            raise SpeakerClosedError("the speaker is not running; use it inside 'async with'")
        return self._roster
