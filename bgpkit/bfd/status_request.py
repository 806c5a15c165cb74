"""Asking a running ``bgpkit bfd`` for its sessions."""

import asyncio
import os
from pathlib import Path
from typing import Any, Final, cast

from bgpkit.bfd.errors import BfdError
from bgpkit.bfd.status import BfdSessionStatus
from bgpkit.bfd.words import LONGEST_LINE, line_of, words_of

_PATIENCE: Final = 5.0


async def fetch_status(path: Path) -> tuple[BfdSessionStatus, ...]:
    """Return the sessions of the ``bgpkit bfd`` at the socket ``path``; BfdError when it does not tell."""
    try:
        async with asyncio.timeout(_PATIENCE):
            answer = await _ask(path)
    except TimeoutError as error:
        raise BfdError(f"{path}: no answer within {_PATIENCE:g} seconds") from error
    except OSError as error:
        raise BfdError(f"{path}: {error.strerror or error}; is 'bgpkit bfd --socket {path}' running?") from error
    try:
        return tuple(BfdSessionStatus(**session) for session in answer)
    except TypeError as error:
        raise BfdError(f"{path}: it tells what is not known: {error}; is it of another version?") from error


async def _ask(path: Path) -> list[dict[str, Any]]:
    reader, writer = await asyncio.open_unix_connection(os.fspath(path), limit=LONGEST_LINE)
    try:
        writer.write(line_of({"do": "status"}))
        while line := await reader.readline():
            match words_of(line):
                case {"say": "status", "sessions": sessions}:
                    return cast("list[dict[str, Any]]", sessions)
                case _:
                    pass
    except (BfdError, ValueError) as error:
        raise BfdError(f"{path}: {error}; is it the socket of 'bgpkit bfd'?") from error
    finally:
        writer.close()
    raise BfdError(f"{path}: it has hung up; is it the socket of 'bgpkit bfd'?")
