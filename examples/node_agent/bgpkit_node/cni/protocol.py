"""What a container runtime asks for: command, environment and configuration, read and checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

import msgspec

from bgpkit_node.cni.code import Code
from bgpkit_node.cni.netconf import NetConf, read_netconf
from bgpkit_node.errors import CniError

SUPPORTED_VERSIONS: Final = ("0.3.1", "0.4.0", "1.0.0", "1.1.0")
"""Versions of the CNI specification that are spoken, oldest first."""

_NAME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.\-]*")
_INTERFACE: Final = re.compile(r"[^/:\s]{1,15}")


class Command(Enum):
    """The commands of CNI 1.1.0."""

    ADD = "ADD"
    DEL = "DEL"
    CHECK = "CHECK"
    STATUS = "STATUS"
    GC = "GC"
    VERSION = "VERSION"


_OF_A_CONTAINER: Final = frozenset({Command.ADD, Command.DEL, Command.CHECK})
_SINCE: Final = {Command.CHECK: "0.4.0", Command.STATUS: "1.1.0", Command.GC: "1.1.0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One CNI call; the three fields of a container are empty for STATUS, GC and VERSION."""

    command: Command
    config: NetConf
    container_id: str
    netns: str
    interface: str
    arguments: Mapping[str, str]
    """CNI_ARGS, ``K8S_POD_NAME`` and the like."""
    raw: Mapping[str, object]
    """The configuration as it came, with the keys of others."""


class _Request(msgspec.Struct, frozen=True):
    command: str
    env: dict[str, str]
    config: dict[str, object]


def read_call(request: Mapping[str, object]) -> Call:
    """Return the call in ``request`` (keys ``command``, ``env``, ``config``); CniError with its code when it is bad."""
    try:
        asked = msgspec.convert(dict(request), _Request)
    except msgspec.ValidationError as error:
        raise CniError(Code.DECODE_FAILURE, "the request cannot be read", str(error)) from error
    command = _command(asked.command)
    if command is Command.VERSION:
        config = NetConf(name="", cni_version=SUPPORTED_VERSIONS[-1])
    else:
        _check_version(command, asked.config)
        config = read_netconf(asked.config)
        _check_name("the network's name", config.name, Code.INVALID_NETWORK_CONFIG)
    if command in _OF_A_CONTAINER:
        _check_container(command, asked.env)
    return Call(
        command=command,
        config=config,
        container_id=asked.env.get("CNI_CONTAINERID", ""),
        netns=asked.env.get("CNI_NETNS", ""),
        interface=asked.env.get("CNI_IFNAME", ""),
        arguments=_arguments(asked.env.get("CNI_ARGS", "")),
        raw=asked.config,
    )


def _command(text: str) -> Command:
    try:
        return Command(text)
    except ValueError as error:
        raise CniError(Code.INVALID_ENVIRONMENT, "CNI_COMMAND is not known", repr(text)) from error


def _check_version(command: Command, config: Mapping[str, object]) -> None:
    version = config.get("cniVersion", "0.1.0")
    if version not in SUPPORTED_VERSIONS:
        known = ", ".join(SUPPORTED_VERSIONS)
        details = f"it is {version!r}, and must be one of {known}"
        raise CniError(Code.INCOMPATIBLE_VERSION, "incompatible CNI version", details)
    since = _SINCE.get(command, SUPPORTED_VERSIONS[0])
    if SUPPORTED_VERSIONS.index(str(version)) < SUPPORTED_VERSIONS.index(since):
        msg = f"{command.value} needs cniVersion {since}"
        raise CniError(Code.INCOMPATIBLE_VERSION, msg, f"the configuration says {version}")


def _check_container(command: Command, env: Mapping[str, str]) -> None:
    _check_name("CNI_CONTAINERID", env.get("CNI_CONTAINERID", ""), Code.INVALID_ENVIRONMENT)
    interface = env.get("CNI_IFNAME", "")
    if not _INTERFACE.fullmatch(interface) or interface in {".", ".."}:
        details = f"it is {interface!r}: 1 to 15 characters without slash, colon and space"
        raise CniError(Code.INVALID_ENVIRONMENT, "CNI_IFNAME is not the name of an interface", details)
    if command is not Command.DEL and not env.get("CNI_NETNS"):
        raise CniError(Code.INVALID_ENVIRONMENT, "required environment variables are missing", "CNI_NETNS")


def _check_name(what: str, value: str, code: Code) -> None:
    if not _NAME.fullmatch(value) or len(value) > 120:
        details = f"it is {value!r}: at most 120 letters, digits, '_', '.' and '-', the first a letter or digit"
        raise CniError(code, f"{what} is not valid", details)


def _arguments(text: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in text.split(";") if pair]
    for key, separator, _ in pairs:
        if not separator:
            raise CniError(Code.INVALID_ENVIRONMENT, "CNI_ARGS is not a list of KEY=VALUE", f"{key!r} has no value")
    return {key: value for key, _, value in pairs}
