"""A cluster described in one document: namespaces, nodes, pods, hosts outside, services, and policies.

``policy eval`` is given one with the flows to decide, ``policy program`` one with what a node has. Fields beyond those
named here are passed over, except in policies.
"""

from typing import Any, TypeVar

import msgspec

from bgpkit_node.errors import ResourceError

_T = TypeVar("_T")


class CasePort(msgspec.Struct, frozen=True):
    """A port of a pod, by name if it has one."""

    port: int
    protocol: str = "TCP"
    name: str | None = None


class CaseNamespace(msgspec.Struct, frozen=True):
    """A namespace with its labels."""

    name: str
    labels: dict[str, str] | None = None


class CaseNode(msgspec.Struct, frozen=True):
    """A node with its addresses."""

    name: str
    ip: str = ""
    ips: tuple[str, ...] | None = None


class CasePod(msgspec.Struct, frozen=True):
    """A pod; ``ifname`` and ``local`` say how a node that has it reaches it."""

    ns: str
    name: str
    node: str = ""
    ip: str = ""
    ips: tuple[str, ...] | None = None
    labels: dict[str, str] | None = None
    ports: tuple[CasePort, ...] | None = None
    ifname: str = ""
    local: bool | None = None
    service_account: str = msgspec.field(default="", name="serviceAccount")


class CaseExternal(msgspec.Struct, frozen=True):
    """A host outside the cluster."""

    name: str
    ip: str = ""
    ips: tuple[str, ...] | None = None


class CaseServicePort(msgspec.Struct, frozen=True):
    """A port of a service; ``target`` is what pods listen on, a number or a name, the same number unless given."""

    port: int
    protocol: str = "TCP"
    target: int | str | None = msgspec.field(default=None, name="targetPort")


class CaseService(msgspec.Struct, frozen=True):
    """A service: the pods of its namespace that have all labels of ``selector``, and the addresses ``ips``."""

    ns: str
    name: str
    ports: tuple[CaseServicePort, ...] = ()
    selector: dict[str, str] | None = None
    ips: tuple[str, ...] | None = None


class CaseDocument(msgspec.Struct, frozen=True):
    """The whole of it; ``pods`` and ``endpoints`` are the same, by the word of one command or the other.

    ``node`` is that whose program is wanted; with ``teardown`` there is to be none.
    """

    namespaces: tuple[CaseNamespace, ...] | None = None
    nodes: tuple[CaseNode, ...] | None = None
    pods: tuple[CasePod, ...] | None = None
    endpoints: tuple[CasePod, ...] | None = None
    externals: tuple[CaseExternal, ...] | None = None
    services: tuple[CaseService, ...] | None = None
    policies: tuple[dict[str, Any], ...] | None = None
    node: str = ""
    teardown: bool = False


def read_case(text: str | bytes, source: str = "standard input") -> CaseDocument:
    """Read a document that says what a node has; raises ResourceError with the path of what is wrong."""
    return converted(read_json(text, source), CaseDocument)


def read_json(text: str | bytes, source: str) -> object:
    """Read JSON; raises ResourceError that calls the text ``source``."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ResourceError(f"is not JSON: {error}", source=source) from error


def converted(plain: object, wanted: type[_T], root: str = "") -> _T:
    """Take plain values for a struct; ``root`` comes before the paths in errors, as ``state.``.

    Raises ResourceError with the path of what is wrong.
    """
    try:
        return msgspec.convert(plain, wanted)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$")
        raise ResourceError(reason, field=f"{root}{path.strip('.`')}".rstrip(".") or "the document") from error
