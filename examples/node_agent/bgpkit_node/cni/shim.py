#!/usr/bin/env python3
"""The CNI executable: hands a container runtime's call to the node agent and prints what the agent answers.

Standard library only and one file, so that a copy of it in ``/opt/cni/bin`` needs nothing else. It holds no logic
of the network: it connects to the agent's Unix socket, writes the call as one JSON line and reads one JSON line.
What it decides itself is what can be said without the agent: VERSION, a call that cannot be read, and an agent that
does not answer. CNI specification 1.1.0, sections 2 and 5.

It takes the C halves of os and socket: importing the whole takes longer than all the rest of a call. And it reads no
JSON where it need not: a call as runtimes write it, and the answer of an agent that has done it, are handed on as the
octets that they are. Whatever looks otherwise is read, and judged, in full.
"""

import posix
import time
from _socket import AF_UNIX, SOCK_STREAM, socket

TYPE_CHECKING = False
"""As typing says, which takes long to import."""
if TYPE_CHECKING:
    from typing import Any

SUPPORTED_VERSIONS = ("0.3.1", "0.4.0", "1.0.0", "1.1.0")
SOCKET_VARIABLE = b"BGPKIT_NODE_SOCKET"
DEFAULT_SOCKET = "/run/bgpkit-node/agent.sock"
CONNECT_SECONDS = 10.0
"""How long a restarting agent is waited for."""
ANSWER_SECONDS = 60.0
"""How long a connected agent may take for its answer."""
MAXIMUM_LINE = 1 << 20
"""Octets of the longest answer that is read."""

INCOMPATIBLE_VERSION, INVALID_ENVIRONMENT, IO_FAILURE = 1, 4, 5
DECODE_FAILURE, TRY_AGAIN_LATER, NOT_AVAILABLE = 6, 11, 50

_REQUIRED = {
    "ADD": ("CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME"),
    "DEL": ("CNI_CONTAINERID", "CNI_IFNAME"),
    "CHECK": ("CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME"),
    "STATUS": (),
    "GC": (),
    "VERSION": (),
}
_SINCE = {"CHECK": "0.4.0", "STATUS": "1.1.0", "GC": "1.1.0"}
_DONE = b'{"result":{'
"""How the answer of an agent begins that has done what it was asked."""


class ShimError(Exception):
    """A call that fails here: ``code`` of the CNI specification, a short ``msg`` and ``details``."""

    def __init__(self, code: int, msg: str, details: str = "") -> None:
        """Keep the three parts of a CNI error."""
        super().__init__(msg)
        self.code = code
        self.msg = msg
        self.details = details


def main() -> int:
    """Run one CNI call: environment and standard input in, standard output and the exit status out."""
    environment = _environment(b"CNI_")
    version = SUPPORTED_VERSIONS[-1]
    try:
        command = read_command(environment)
        octets = _read_input()
        config: dict[str, object] | None = glance(octets)
        if config is None:
            config, octets = read_config(octets, optional=command == "VERSION"), b""
        named = config.get("cniVersion", "0.1.0")
        if command == "VERSION":
            spoken = named if named in SUPPORTED_VERSIONS else version
            return _print({"cniVersion": spoken, "supportedVersions": SUPPORTED_VERSIONS})
        version = check_version(command, named)
        named_path = _environment(SOCKET_VARIABLE).get(SOCKET_VARIABLE.decode())
        path = named_path or str(config.get("agent_socket") or DEFAULT_SOCKET)
        line = ask(path, command, write_call(command, environment, octets or dump(config).encode()))
        if line.startswith(_DONE) and line.endswith(b"}}\n"):
            return _write(line[len(_DONE) - 1 : -2] + b"\n") if line != _DONE + b"}}\n" else 0
        answer = read_answer(line)
        if "error" in answer and octets:  # perhaps it was no JSON
            read_config(octets, optional=False)
    except ShimError as fault:
        answer = {"error": {"code": fault.code, "msg": fault.msg, "details": fault.details}}
    if "error" in answer:
        _print({"cniVersion": version, **answer["error"]})
        return 1
    return _print(answer["result"]) if answer.get("result") else 0


def glance(octets: bytes) -> "dict[str, object] | None":
    """Return what of a configuration is needed here, without reading it as JSON; None where it has to be.

    Of the object only ``cniVersion`` and ``agent_socket`` are looked for; the agent judges the rest. None unless it is
    one line without escapes, with one version that is known and at most one path, both its own and not of a part.
    """
    if not octets.startswith(b"{") or not octets.endswith(b"}") or b"\\" in octets or b"\n" in octets:
        return None
    found: dict[str, object] = {}
    for name in ("cniVersion", "agent_socket"):
        before, key, after = octets.partition(b'"' + name.encode() + b'"')
        if key:
            colon, _, rest = after.partition(b'"')
            value, _, rest = rest.partition(b'"')
            outside = b"".join(before.split(b'"')[::2])  # of strings, in which braces open nothing
            if colon.strip() != b":" or key in rest or outside.count(b"{") != outside.count(b"}") + 1:
                return None
            found[name] = value.decode(errors="replace")
    return found if found.get("cniVersion") in SUPPORTED_VERSIONS else None


def write_call(command: str, environment: dict[str, str], config: bytes) -> bytes:
    """Return what is sent to the agent: a line of JSON, the octets of ``config`` first: nothing in them goes before."""
    variables = ", ".join(f"{_quoted(name)}: {_quoted(value)}" for name, value in environment.items())
    rest = f', "request": "cni", "command": "{command}", "env": {{{variables}}}}}\n'
    return b'{"config": ' + config + rest.encode()


def _quoted(text: str) -> str:
    plain = text.isascii() and text.isprintable() and '"' not in text and "\\" not in text
    return f'"{text}"' if plain else dump(text)


def _environment(prefix: bytes) -> dict[str, str]:
    """Return the variables that begin with ``prefix``; octets that are no text survive as in os.environ."""
    return {
        name.decode(errors="surrogateescape"): value.decode(errors="surrogateescape")
        for name, value in posix.environ.items()
        if name.startswith(prefix)
    }


def _read_input() -> bytes:
    return b"".join(iter(lambda: posix.read(0, 65536), b""))


def read_command(environment: dict[str, str]) -> str:
    """Return the command of a call whose environment is complete; ShimError with code 4 otherwise."""
    command = environment.get("CNI_COMMAND", "")
    if command not in _REQUIRED:
        details = f"it is {command!r}, and must be one of {', '.join(_REQUIRED)}"
        raise ShimError(INVALID_ENVIRONMENT, "CNI_COMMAND is not known", details)
    missing = [name for name in _REQUIRED[command] if not environment.get(name)]
    if missing:
        raise ShimError(INVALID_ENVIRONMENT, "required environment variables are missing", ", ".join(missing))
    return command


def read_config(octets: bytes, *, optional: bool) -> dict[str, object]:
    """Return the network configuration, a JSON object; ShimError with code 6 when it is none.

    With ``optional`` an empty input is an empty configuration.
    """
    stripped = octets.strip()
    if optional and not stripped:
        return {}
    if not stripped.startswith(b"{"):
        msg = "the network configuration is not a JSON object"
        raise ShimError(DECODE_FAILURE, msg, f"it begins {stripped[:40]!r}")
    try:
        config: dict[str, object] = load(stripped)
    except ValueError as error:
        raise ShimError(DECODE_FAILURE, "the network configuration is not JSON", str(error)) from error
    return config


def check_version(command: str, version: object) -> str:
    """Return ``version`` when this plugin speaks it and it knows ``command``; ShimError with code 1 otherwise."""
    if not isinstance(version, str) or version not in SUPPORTED_VERSIONS:
        details = f"it is {version!r}, and must be one of {', '.join(SUPPORTED_VERSIONS)}"
        raise ShimError(INCOMPATIBLE_VERSION, "incompatible CNI version", details)
    since = _SINCE.get(command, version)
    if SUPPORTED_VERSIONS.index(version) < SUPPORTED_VERSIONS.index(since):
        msg = f"{command} needs cniVersion {since}"
        raise ShimError(INCOMPATIBLE_VERSION, msg, f"the configuration says {version}")
    return version


def ask(path: str, command: str, call: bytes) -> bytes:
    """Send the line ``call`` to the agent at ``path`` and return the line that it answers; ShimError when none comes.

    STATUS asks whether the agent is there, so it does not wait for one that restarts.
    """
    status = command == "STATUS"
    agent = _connect(path, NOT_AVAILABLE if status else TRY_AGAIN_LATER, 0.0 if status else CONNECT_SECONDS)
    try:
        agent.settimeout(ANSWER_SECONDS)
        agent.sendall(call)
        line = _read_line(agent)
    except TimeoutError as error:
        msg = "the node agent did not answer in time"
        raise ShimError(TRY_AGAIN_LATER, msg, f"{ANSWER_SECONDS:g} s passed on {path}") from error
    except OSError as error:
        raise ShimError(TRY_AGAIN_LATER, "the connection to the node agent broke", f"{path}: {error}") from error
    finally:
        agent.close()
    if not line.endswith(b"\n"):
        raise ShimError(TRY_AGAIN_LATER, "the node agent stopped before it answered", path)
    return line


def read_answer(line: bytes) -> dict[str, dict[str, object]]:
    """Return the agent's answer; ShimError with code 5 when it is no JSON."""
    try:
        answer: dict[str, dict[str, object]] = load(line)
    except ValueError as error:
        raise ShimError(IO_FAILURE, "the node agent's answer is not JSON", str(error)) from error
    return answer


def _connect(path: str, code: int, seconds: float) -> socket:
    deadline = time.monotonic() + seconds
    while True:
        agent = socket(AF_UNIX, SOCK_STREAM)
        agent.settimeout(1.0)
        try:
            agent.connect(path)
        except (FileNotFoundError, ConnectionRefusedError, BlockingIOError, TimeoutError) as error:
            agent.close()
            if time.monotonic() >= deadline:
                msg = "the node agent is not running, or is restarting"
                raise ShimError(code, msg, f"nobody answers on {path} ({error.strerror or error})") from error
            time.sleep(0.05)
        except OSError as error:
            agent.close()
            raise ShimError(IO_FAILURE, "the node agent cannot be reached", f"{path}: {error}") from error
        else:
            return agent


def _read_line(agent: socket) -> bytes:
    line = bytearray()
    while not line.endswith(b"\n") and len(line) < MAXIMUM_LINE:
        octets = agent.recv(65536)
        if not octets:
            break
        line += octets
    return bytes(line)


class _Plain:
    """How the scanner is to read: as json.loads reads."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float


def load(octets: bytes) -> "dict[str, Any]":
    """Return the JSON object in ``octets``; ValueError when they are none, or more than one."""
    from _json import make_scanner  # a file of its own in some builds, which takes its time

    text = octets.decode().strip()
    context: Any = _Plain()
    try:
        value, end = make_scanner(context)(text, 0)
    except (StopIteration, SystemError) as error:  # the C half cannot say what is wrong without the other one
        raise ValueError(_complaint(text)) from error
    if end != len(text) or not text.startswith("{"):
        raise ValueError(_complaint(text))
    found: dict[str, Any] = value
    return found


def _complaint(text: str) -> str:
    import json  # only where there is time

    try:
        json.loads(text)
    except ValueError as error:
        return str(error)
    return f"not an object: {text[:40]!r}"


def dump(value: object) -> str:
    """Return ``value`` as JSON in one line."""
    from _json import encode_basestring_ascii, make_encoder

    encode = make_encoder(None, _refuse, encode_basestring_ascii, None, ": ", ", ", False, False, False)
    return "".join(encode(value, 0))


def _refuse(value: object) -> object:
    raise TypeError(f"{value!r} is not JSON")


def _print(value: object) -> int:
    return _write(dump(value).encode() + b"\n")


def _write(octets: bytes) -> int:
    while octets:
        octets = octets[posix.write(1, octets) :]
    return 0


if __name__ == "__main__":
    vars(posix)["_exit"](main())  # taking the interpreter apart takes more than a millisecond
