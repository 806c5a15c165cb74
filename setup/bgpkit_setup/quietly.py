"""Running programs quietly: what they say is kept for the case that they fail."""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from bgpkit_setup.report import SetupError

_NO_VARIABLES: Mapping[str, str] = MappingProxyType({})
_NETWORK_SIGNS = (
    "Failed to establish a new connection",
    "Temporary failure in name resolution",
    "Name or service not known",
    "Network is unreachable",
    "ConnectTimeoutError",
    "ProxyError",
    "connection broken by",
)
"""What pip says when it cannot get to the index."""


def run_quietly(
    command: Sequence[str], folder: Path | None = None, variables: Mapping[str, str] = _NO_VARIABLES
) -> subprocess.CompletedProcess[str]:
    """Run a program in a folder without a question, with more variables in its environment; keep its words."""
    environment = {**os.environ, **variables}
    environment.pop("PYTHONHOME", None)  # of this Python, not of one that may be started
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        check=False,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def run_pip(
    command: Sequence[str],
    failure: str,
    why: Callable[[str], str],
    folder: Path | None = None,
    variables: Mapping[str, str] = _NO_VARIABLES,
) -> None:
    """Run pip, or what makes an environment for it; SetupError, one sentence that begins with ``failure``, if it fails.

    ``why`` makes the rest of the sentence out of what was said, unless that is a lack of network.
    """
    always = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    answer = run_quietly(command, folder, {**always, **variables})
    if answer.returncode == 0:
        return
    if any(sign in answer.stdout for sign in _NETWORK_SIGNS):
        raise SetupError(f"{failure}: the package index cannot be reached, is there a network?")
    raise SetupError(f"{failure}{why(answer.stdout)}")
