"""Secrets in a configuration: in the file itself, in a file of their own, or in the environment; never shown."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from bgpkit.configuration.document import Value
from bgpkit.errors import ConfigError
from bgpkit.transport import Secret
from bgpkit.wire.plain.hints import members_of

SECRET_SUFFIXES: Final = ("_file", "_env")
"""Behind the key of a secret: it stands in the file named, or in the variable of the environment."""

_LONGEST: Final = 4096
"""Octets of a file with a secret, at most."""


def is_secret(hint: object) -> bool:
    """Tell whether values of a hint are secrets."""
    return Secret in members_of(hint)


def secret_reader(folder: Path, environment: Mapping[str, str] = os.environ) -> Callable[[Value], Secret]:
    """Return what makes a secret of its text, or of a table that says in which file or variable it is.

    Files are looked for from ``folder``; the line end behind a secret is not part of it.
    """

    def read(value: Value) -> Secret:
        match value.data:
            case str(text) if text:
                return Secret(text)
            case {"file": Value(data=str(name))}:
                return _of_file(folder / name)
            case {"env": Value(data=str(name))}:
                if not environment.get(name):
                    raise ConfigError(f"the environment has no variable {name}, or it is empty")
                return Secret(environment[name])
            case _:
                raise ConfigError('a secret is a text that is not empty, {file = "..."} or {env = "..."}')

    return read


def _of_file(path: Path) -> Secret:
    try:
        with path.open("rb") as opened:
            octets = opened.read(_LONGEST + 1)
    except OSError as error:
        raise ConfigError(f"the secret cannot be read from {path}: {error.strerror or error}") from None
    secret = octets.rstrip(b"\r\n")
    if not secret or len(octets) > _LONGEST:
        raise ConfigError(f"{path} holds {'no secret' if not secret else 'more than a secret'}")
    return Secret(secret)
