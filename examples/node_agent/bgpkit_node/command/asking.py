"""Asking the agent of this node something, and saying in a sentence why there is no answer."""

import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from bgpkit_node.cni import request
from bgpkit_node.errors import CniError, NodeError
from bgpkit_node.paths import SOCKET_NAME

T = TypeVar("T", bound=msgspec.Struct)


def ask(run_dir: Path, question: Mapping[str, object], *, timeout: float = 10) -> dict[str, object]:
    """Return the answer of the agent whose socket is in ``run_dir``.

    CniError when none answers; NodeError when whoever asks may not.
    """
    socket = run_dir / SOCKET_NAME
    try:
        return request(socket, question, timeout=timeout)
    except CniError as error:
        if error.details == os.strerror(errno.EACCES):
            raise NodeError(f"{socket}: permission denied: ask the agent as root") from error
        raise


def read_from(node: str, answer: Mapping[str, object], shape: type[T]) -> T:
    """Return the answer of a node's agent as a struct; NodeError when the agent is of another version."""
    try:
        return msgspec.convert(answer, shape)
    except msgspec.ValidationError as error:
        raise NodeError(f"the agent of {node} is of another version, its answer cannot be read: {error}") from error


def read(answer: Mapping[str, object], shape: type[T], run_dir: Path) -> T:
    """Return an answer as a struct; NodeError when the agent is of another version."""
    try:
        return msgspec.convert(answer, shape)
    except msgspec.ValidationError as error:
        socket = run_dir / SOCKET_NAME
        raise NodeError(f"the agent on {socket} is of another version, its answer cannot be read: {error}") from error
