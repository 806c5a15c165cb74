"""The ROAs of a configured speaker: followed at caches, or read from a file."""

from pathlib import Path

from bgpkit.configuration.settings import RpkiSettings
from bgpkit.rpki import RtrCacheStatus, RtrClient, load_roa_table
from bgpkit.speaker import Speaker


class Roas:
    """Gives a speaker the ROAs that settings ask for."""

    def __init__(self, speaker: Speaker, folder: Path) -> None:
        """Look for files from ``folder``."""
        self._speaker = speaker
        self._folder = folder
        self._client: RtrClient | None = None

    async def use(self, settings: RpkiSettings | None) -> None:
        """Take ROAs from where ``settings`` say from now on; ConfigError when a file cannot be read."""
        if settings is None:
            await self.close()
            self._speaker.use_roas(None)
        elif settings.roas_file:
            table = await load_roa_table(self._folder / settings.roas_file)
            await self.close()
            self._speaker.use_roas(table)
        else:
            await self.close()
            best, *others = settings.rtr_caches()
            self._client = RtrClient(best.host, best.port, others=others, on_table=self._speaker.use_roas)
            self._client.start()

    def status(self) -> tuple[RtrCacheStatus, ...]:
        """Return how the session with each cache stands."""
        return () if self._client is None else self._client.status()

    async def close(self) -> None:
        """Follow no cache any more."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()
