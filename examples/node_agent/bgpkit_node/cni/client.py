"""Asking a running agent something over its Unix socket."""

import socket
from collections.abc import Mapping
from pathlib import Path

import msgspec

from bgpkit_node.cni.code import Code
from bgpkit_node.errors import CniError


class _Fault(msgspec.Struct, frozen=True):
    code: int
    msg: str
    details: str = ""


class _Answer(msgspec.Struct, frozen=True):
    result: dict[str, object] = {}
    error: _Fault | None = None


def request(path: str | Path, payload: Mapping[str, object], *, timeout: float = 60.0) -> dict[str, object]:
    """Send ``payload`` (its key ``request`` names the handler) to the agent at ``path`` and return the result.

    Blocks for at most ``timeout`` seconds on each step. Raises CniError: with the agent's own code when it answers
    an error, with code 11 when no agent answers.
    """
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as agent:
            agent.settimeout(timeout)
            agent.connect(str(path))
            agent.sendall(msgspec.json.encode(payload) + b"\n")
            with agent.makefile("rb") as stream:
                line = stream.readline()
    except OSError as error:
        msg = f"no node agent answers on {path}"
        raise CniError(Code.TRY_AGAIN_LATER, msg, error.strerror or str(error)) from error
    try:
        answer = msgspec.json.decode(line, type=_Answer)
    except msgspec.DecodeError as error:
        msg = f"the node agent on {path} stopped before it answered"
        raise CniError(Code.TRY_AGAIN_LATER, msg, str(error)) from error
    if answer.error is not None:
        raise CniError(answer.error.code, answer.error.msg, answer.error.details)
    return answer.result
