"""A configuration checked as far as that goes without a session: by a speaker that nobody hears of."""

from pathlib import Path

from bgpkit.configuration.configuration import Configuration
from bgpkit.configuration.fault import Faults
from bgpkit.configuration.liveness import liveness_detector
from bgpkit.configuration.originate import add_aggregates, announce
from bgpkit.configuration.routes import own_routes
from bgpkit.errors import ConfigError
from bgpkit.rpki import load_roa_table


async def check(configuration: Configuration) -> None:
    """See whether a speaker would take all that a configuration says; nothing is listened on, nobody is called.

    ConfigurationFileError tells all that it would refuse.
    """
    faults = Faults()

    def note(error: ConfigError | ValueError, name: str = "") -> None:
        """Add what a speaker would refuse."""
        faults.add(configuration.fault_of(error, name))

    detector = liveness_detector(configuration)
    async with configuration.speaker.speaker(liveness=detector, listening=False) as speaker:
        named = ((config.address, config) for config in configuration.peers.named)
        ranges = ((each.name, config) for each, config in configuration.peers.ranges.items())
        for name, config in (*named, *ranges):
            try:
                speaker.plan_peer(config)
            except ConfigError as error:
                note(error, name)
        try:
            await announce(speaker, own_routes(configuration.announcements))
            await add_aggregates(speaker, configuration.aggregates)
            for each in configuration.redistribute:
                each.redistribution(speaker, configuration.fib.protocol, 0)
        except (ConfigError, ValueError) as error:
            note(error)
    rpki = configuration.rpki
    if rpki is not None and rpki.roas_file:
        try:
            await load_roa_table(Path(configuration.path).parent / rpki.roas_file)
        except ConfigError as error:
            note(error)
    faults.done()
