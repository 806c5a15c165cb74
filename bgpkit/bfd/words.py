"""What a speaker and ``bgpkit bfd`` say to each other: JSON, a line each.

::

    client: {"do": "watch", "watch": 1, "path": {...}}      begin, or begin by other options
            {"do": "release", "watch": 1}                   nobody will ask for that path again
            {"do": "status"}
    server: {"say": "hello", "instance": "..."}             first of all; another instance knows of no session
            {"say": "liveness", "watch": 1, "liveness": {...}}
            {"say": "refused", "watch": 1, "reason": "..."}
            {"say": "status", "sessions": [{...}, ...]}

A client that goes without a word leaves its sessions running for the next one.
"""

import json
from dataclasses import fields
from ipaddress import ip_address
from typing import Any, Final, TypeAlias, cast

from bgpkit.bfd.errors import BfdError
from bgpkit.errors import ConfigError
from bgpkit.speaker import (
    BfdAuthentication,
    BfdAuthenticationType,
    BfdMode,
    BfdOptions,
    Liveness,
    LivenessState,
    MonitoredPath,
)
from bgpkit.transport import Secret

LONGEST_LINE: Final = 2**20
"""Octets of a line at most: a status of some thousand sessions."""
Words: TypeAlias = dict[str, Any]


def line_of(words: Words) -> bytes:
    """Return ``words`` as a line."""
    return json.dumps(words, separators=(",", ":")).encode() + b"\n"


def words_of(line: bytes) -> Words:
    """Return what a line says; BfdError for one that says nothing."""
    try:
        found: object = json.loads(line)
    except (ValueError, RecursionError) as error:  # RecursionError: too many brackets
        raise BfdError(f"a line is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise BfdError("a line is no JSON object")
    return dict(cast("Words", found))


def plain_path(path: MonitoredPath) -> Words:
    """Return a path as JSON can hold it, its key included: this goes to nobody but ``bgpkit bfd``."""
    options = path.options
    plain: Words = {field.name: getattr(options, field.name) for field in fields(options)}
    plain["mode"] = options.mode.value
    if options.authentication is not None:
        plain["authentication"] = {
            "type": options.authentication.type.name,
            "key": options.authentication.key.reveal().hex(),
            "key_id": options.authentication.key_id,
        }
    return {"remote": path.remote, "local": path.local, "options": plain}


def path_of(plain: object) -> MonitoredPath:
    """Return the path that :func:`plain_path` said; BfdError for what is none."""
    try:
        given = _object(plain)
        options = _object(given["options"])
        options["mode"] = BfdMode(options.get("mode", BfdMode.PLAIN.value))
        if options.get("authentication") is not None:
            key = _object(options["authentication"])
            secret = Secret(bytes.fromhex(str(key["key"])))
            kind = BfdAuthenticationType[str(key["type"])]
            options["authentication"] = BfdAuthentication(type=kind, key=secret, key_id=key["key_id"])
        local = given.get("local")
        for address in (given["remote"], *([] if local is None else [local])):
            ip_address(address)
        return MonitoredPath(remote=given["remote"], local=local, options=BfdOptions(**options))
    except (KeyError, TypeError, ValueError, ConfigError) as error:
        raise BfdError(f"a path that cannot be: {error}") from error


def plain_liveness(liveness: Liveness) -> Words:
    """Return a liveness as JSON can hold it."""
    return {"state": liveness.state.value, "reason": liveness.reason, "independent": liveness.independent}


def liveness_of(plain: object) -> Liveness:
    """Return the liveness that :func:`plain_liveness` said; BfdError for what is none."""
    try:
        given = _object(plain)
        state = LivenessState(given["state"])
        return Liveness(state=state, reason=str(given["reason"]), independent=bool(given["independent"]))
    except (KeyError, TypeError, ValueError) as error:
        raise BfdError(f"a liveness that cannot be: {error}") from error


def _object(plain: object) -> Words:
    if not isinstance(plain, dict):
        raise TypeError("it is no JSON object")
    return dict(cast("Words", plain))
