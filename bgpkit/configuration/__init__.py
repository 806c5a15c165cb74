"""Configuration files: a `Speaker` and its peers from TOML, checked with file and line.

::

    configuration = load("speaker.toml")  # ConfigurationFileError: all faults, each `file:line: what, and the cure`
    async with ConfiguredSpeaker(configuration) as running:
        running.speaker.peers()
        await running.apply(load("speaker.toml"))  # what has changed in the file, and nothing else

Beside the speaker: nothing in the core knows of it. README.md, beside the sources, describes the format.
"""

from bgpkit.configuration.check import check
from bgpkit.configuration.configuration import Configuration
from bgpkit.configuration.configured import ConfiguredSpeaker
from bgpkit.configuration.fault import ConfigurationFileError, Fault
from bgpkit.configuration.fib_settings import FibSettings, FibUse
from bgpkit.configuration.load import load
from bgpkit.configuration.peers import Peers
from bgpkit.configuration.plan import ConfigurationPlan, RangePlan
from bgpkit.configuration.settings import (
    Aggregate,
    Announcement,
    BfdSettings,
    ControlSettings,
    Endpoint,
    LogLevel,
    LogSettings,
    PeerRange,
    RpkiSettings,
    SpeakerSettings,
    Stop,
)

__all__ = [
    "Aggregate",
    "Announcement",
    "BfdSettings",
    "Configuration",
    "ConfigurationFileError",
    "ConfigurationPlan",
    "ConfiguredSpeaker",
    "ControlSettings",
    "Endpoint",
    "Fault",
    "FibSettings",
    "FibUse",
    "LogLevel",
    "LogSettings",
    "PeerRange",
    "Peers",
    "RangePlan",
    "RpkiSettings",
    "SpeakerSettings",
    "Stop",
    "check",
    "load",
]
