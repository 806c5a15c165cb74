"""What is wrong in a configuration file, and where: all of it, not only what is found first."""

from dataclasses import dataclass

from bgpkit.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong; its text is ``speaker.toml:12: what is wrong, what to do``."""

    file: str
    line: int
    """Counted from 1; 0 for what is wrong with the file as a whole."""
    what: str

    def __str__(self) -> str:
        """Return place and complaint."""
        return f"{self.file}:{self.line}: {self.what}" if self.line else f"{self.file}: {self.what}"


class ConfigurationFileError(ConfigError):
    """A configuration file with faults: its text has one a line, in the order of the file."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Keep the ``faults``."""
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


class FaultyError(Exception):
    """A value that cannot be used, and whose fault has been noted; it never leaves the reading."""


class Faults:
    """The faults that a reading has found so far."""

    def __init__(self) -> None:
        """Start without any."""
        self._found: dict[Fault, None] = {}

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self._found)

    def add(self, fault: Fault) -> None:
        """Note a fault; the same one counts once, however many peers share the group that has it."""
        self._found.setdefault(fault)

    def done(self) -> None:
        """Raise ConfigurationFileError if there is any fault."""
        if self._found:
            files = list(dict.fromkeys(fault.file for fault in self._found))
            raise ConfigurationFileError(
                tuple(sorted(self._found, key=lambda fault: (files.index(fault.file), fault.line)))
            )
