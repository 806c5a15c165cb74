"""The part of the CNI executable that is written in Python: it asks the node agent, and judges what it is given.

Standard library only and one file: installed, it stands below ``front.sh`` in ``/opt/cni/bin/bgpkit`` and needs nothing
else. That front hands most calls to the agent without starting Python; this part runs when the agent restarts, when
its tickets are taken, and whenever a call looks otherwise than runtimes write it.

It holds no logic of the network: it connects to the agent's Unix socket, writes the call as one JSON line and reads
one JSON line. What it decides is what can be said without the agent: VERSION, a call that cannot be read, and an agent
that does not answer. The agent runs the same ``converse`` for the calls that the front hands it, so that a call is
judged alike whoever carries it. CNI specification 1.1.0, sections 2 and 5.
"""

import errno
import json
import os
import socket
import sys
import time

TYPE_CHECKING = False
"""As typing says, which takes long to import."""
if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from typing import NoReturn

SUPPORTED_VERSIONS = ("0.3.1", "0.4.0", "1.0.0", "1.1.0")
SOCKET_VARIABLE = "BGPKIT_NODE_SOCKET"
DEFAULT_SOCKET = "/run/bgpkit-node/agent.sock"
CONNECT_SECONDS = 10.0
"""How long a restarting agent is waited for."""
ANSWER_SECONDS = 60.0
"""How long a connected agent may take for its answer."""
MAXIMUM_LINE = 1 << 20
"""Octets of the longest answer that is read."""
LOST = "lost"
"""The argument that says: an agent has taken this call already, and went away before it answered."""

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


class ShimError(Exception):
    """A call that fails here: ``code`` of the CNI specification, a short ``msg`` and ``details``."""

    def __init__(self, code: int, msg: str, details: str = "") -> None:
        """Keep the three parts of a CNI error."""
        super().__init__(msg)
        self.code = code
        self.msg = msg
        self.details = details


class Question:
    """What is to be asked of the agent on ``path``: ``request``, a JSON object, for the CNI ``command``."""

    def __init__(self, path: str, command: str, request: "dict[str, object]") -> None:
        """Keep them."""
        self.path = path
        self.command = command
        self.request = request


def main() -> int:
    """Run one CNI call: environment and standard input in, standard output and the exit status out."""
    conversation = converse(os.environ, sys.stdin.buffer.read())
    try:
        question = next(conversation)
        try:
            if LOST in sys.argv[1:]:
                raise stopped(question.path)
            answer = ask(question)
        except ShimError as fault:
            conversation.throw(fault)
        else:
            conversation.send(answer)
    except StopIteration as end:
        status, output = end.value
        return int(status) if not output or tell(output) else 1
    return 1


def tell(output: str) -> bool:
    """Write all of ``output`` to standard output; False, and a sentence on standard error, when that cannot be.

    A runtime that sees the exit status 0 takes what it has read for the whole result.
    """
    octets = output.encode()
    try:
        if sys.__stdout__ is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        while octets:
            octets = octets[os.write(sys.__stdout__.fileno(), octets) :]
    except OSError as error:
        if sys.__stderr__ is not None:
            sys.__stderr__.write(f"bgpkit: the result cannot be written to standard output: {error.strerror}\n")
        return False
    return True


def converse(
    environment: "Mapping[str, str]", octets: bytes
) -> "Generator[Question, Mapping[str, object], tuple[int, str]]":
    """Judge a call, ask at most one question, and return exit status and standard output.

    ``octets`` are standard input. The agent's answer, ``{"result": ...}`` or ``{"error": ...}``, is to be sent, a
    ShimError where there is none to be thrown.
    """
    version = SUPPORTED_VERSIONS[-1]
    try:
        command = read_command(environment)
        config = read_config(octets, optional=command == "VERSION")
        named = config.get("cniVersion", "0.1.0")
        if command == "VERSION":
            spoken = named if named in SUPPORTED_VERSIONS else version
            return 0, _line({"cniVersion": spoken, "supportedVersions": SUPPORTED_VERSIONS})
        version = check_version(command, named)
        path = environment.get(SOCKET_VARIABLE) or str(config.get("agent_socket") or DEFAULT_SOCKET)
        variables = {name: value for name, value in environment.items() if name.startswith("CNI_")}
        request: dict[str, object] = {"request": "cni", "command": command, "env": variables, "config": config}
        answer = yield Question(path, command, request)
    except ShimError as fault:
        answer = {"error": {"code": fault.code, "msg": fault.msg, "details": fault.details}}
    error, result = answer.get("error"), answer.get("result")
    if isinstance(error, dict):
        return 1, _line({"cniVersion": version, **error})
    return 0, _line(result) if result else ""


def read_command(environment: "Mapping[str, str]") -> str:
    """Return the command of a call whose environment is complete; ShimError with code 4 otherwise."""
    command = environment.get("CNI_COMMAND", "")
    if command not in _REQUIRED:
        details = f"it is {command!r}, and must be one of {', '.join(_REQUIRED)}"
        raise ShimError(INVALID_ENVIRONMENT, "CNI_COMMAND is not known", details)
    missing = [name for name in _REQUIRED[command] if not environment.get(name)]
    if missing:
        raise ShimError(INVALID_ENVIRONMENT, "required environment variables are missing", ", ".join(missing))
    return command


def read_config(octets: bytes, *, optional: bool) -> "dict[str, object]":
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
        config: dict[str, object] = json.loads(stripped, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
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


def ask(question: Question) -> "dict[str, object]":
    """Return what the agent answers; ShimError when none does.

    STATUS asks whether the agent is there, so it does not wait for one that restarts.
    """
    status, path = question.command == "STATUS", question.path
    agent = _connect(path, NOT_AVAILABLE if status else TRY_AGAIN_LATER, 0.0 if status else CONNECT_SECONDS)
    try:
        agent.settimeout(ANSWER_SECONDS)
        agent.sendall(json.dumps(question.request).encode() + b"\n")
        line = _read_line(agent)
    except TimeoutError as error:
        raise too_late(path) from error
    except OSError as error:
        raise ShimError(TRY_AGAIN_LATER, "the connection to the node agent broke", f"{path}: {error}") from error
    finally:
        agent.close()
    if not line.endswith(b"\n"):
        raise stopped(path)
    try:
        answer: dict[str, object] = dict(json.loads(line))
    except (TypeError, ValueError) as error:
        raise ShimError(IO_FAILURE, "the node agent's answer is not a JSON object", str(error)) from error
    return answer


def stopped(path: str) -> ShimError:
    """Return what is said of an agent that took a call and went away: it may have begun, and is not asked again."""
    return ShimError(TRY_AGAIN_LATER, "the node agent stopped before it answered", path)


def too_late(path: str) -> ShimError:
    """Return what is said of an agent that takes too long."""
    return ShimError(TRY_AGAIN_LATER, "the node agent did not answer in time", f"{ANSWER_SECONDS:g} s passed on {path}")


def _connect(path: str, code: int, seconds: float) -> socket.socket:
    deadline = time.monotonic() + seconds
    while True:
        agent = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        agent.settimeout(1.0)
        try:
            agent.connect(path)
        except (FileNotFoundError, ConnectionRefusedError, BlockingIOError, TimeoutError) as error:
            agent.close()
            if time.monotonic() >= deadline:
                msg = "the node agent is not running, or is restarting"
                raise ShimError(code, msg, f"nobody answers on {path} ({error.strerror or error})") from error
            time.sleep(0.05)
        except (OSError, ValueError) as error:  # a path with a NUL
            agent.close()
            raise ShimError(IO_FAILURE, "the node agent cannot be reached", f"{path}: {error}") from error
        else:
            return agent


def _read_line(agent: socket.socket) -> bytes:
    line = bytearray()
    while not line.endswith(b"\n") and len(line) < MAXIMUM_LINE:
        octets = agent.recv(65536)
        if not octets:
            break
        line += octets
    return bytes(line)


def _no_number(word: str) -> "NoReturn":
    """Refuse what the json module takes and JSON does not have."""
    msg = f"{word} is not a value of JSON"
    raise ValueError(msg)


def _line(value: object) -> str:
    """Return ``value`` as a line of JSON, in ASCII."""
    return json.dumps(value) + "\n"


if __name__ == "__main__":
    sys.exit(main())
