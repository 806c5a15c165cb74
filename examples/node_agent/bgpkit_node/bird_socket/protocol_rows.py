"""The answer to ``show protocols``: a row for each, and with ``all`` what there is to say of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bgpkit import State
from bgpkit.policy import ACCEPT_ALL, Policy
from bgpkit_node.bird_socket.capability_rows import capability_rows, capability_words
from bgpkit_node.bird_socket.framing import Line
from bgpkit_node.bird_socket.instances import Instance, Session, last_error, session_state
from bgpkit_node.bird_socket.layout import Layout
from bgpkit_node.running import since_text

HEADER: Final = 2002
ROW: Final = 1002
DETAIL: Final = 1006
_UNCOUNTED: Final = "---"
_UNKNOWN: Final = (None,) * 5
PREFERENCES: Final = {"BGP": 100, "Static": 200, "Kernel": 10, "Device": 240}


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteCounts:
    """How many routes a protocol has to do with, in one IP version."""

    imported: int = 0
    exported: int = 0
    preferred: int = 0
    updates: tuple[int | None, ...] = _UNKNOWN
    """News of routes that came: received, rejected, filtered, ignored, accepted; None is not counted."""
    withdraws: tuple[int | None, ...] = _UNKNOWN
    """The same of routes that were withdrawn."""


def header(layout: Layout) -> Line:
    """Return the names of the columns."""
    if layout is Layout.BIRD_1_6:
        return Line(HEADER, "name     proto    table    state  since       info")
    return Line(HEADER, "Name       Proto      Table      State  Since         Info")


def row(instance: Instance, layout: Layout, ip_version: int, now: datetime) -> Line:
    """Return one protocol in columns."""
    state = "up" if instance.up else "start"
    if layout is Layout.BIRD_1_6:
        since = since_text(instance.since, now)
        table = layout.table(ip_version)
        return Line(ROW, f"{instance.name:<8} {instance.kind:<8} {table:<8} {state:<6} {since:<10}  {instance.info}")
    since = since_text(instance.since, now, milliseconds=True)
    table = layout.table(ip_version) if instance.kind in {"Static", "Kernel"} else _UNCOUNTED
    return Line(ROW, f"{instance.name:<10} {instance.kind:<10} {table:<10} {state:<6} {since:<12}  {instance.info}")


def details(instance: Instance, layout: Layout, counts: dict[int, RouteCounts]) -> Iterator[Line]:
    """Yield what ``all`` adds below the row, an empty line last; ``counts`` are by IP version."""
    for text in _details(instance, layout, counts):
        yield Line(DETAIL, text)
    yield Line(DETAIL)


def _details(instance: Instance, layout: Layout, counts: dict[int, RouteCounts]) -> Iterator[str]:
    session = instance.session
    if session is not None and session.status.description:
        yield f"  Description:    {session.status.description}"
    if layout is Layout.BIRD_1_6:
        for version_counts in counts.values():
            yield from _channel(instance, version_counts, "  ")
        if session is not None:
            yield from _session_1_6(session)
        return
    if session is not None:
        yield from _session_2(session)
    for version, version_counts in () if instance.kind == "Device" else counts.items():
        yield f"  Channel ipv{version}"
        yield f"    State:          {'UP' if instance.up else 'DOWN'}"
        yield f"    Table:          {layout.table(version)}"
        yield from _channel(instance, version_counts, "    ")


def _channel(instance: Instance, counts: RouteCounts, indent: str) -> Iterator[str]:
    incoming, outgoing = _filters(instance)
    yield f"{indent}Preference:     {PREFERENCES[instance.kind]}"
    yield f"{indent}Input filter:   {incoming}"
    yield f"{indent}Output filter:  {outgoing}"
    yield (
        f"{indent}Routes:         {counts.imported} imported, {counts.exported} exported, {counts.preferred} preferred"
    )
    yield f"{indent}Route change stats:     received   rejected   filtered    ignored   accepted"
    changes = (counts.updates, counts.withdraws, _UNKNOWN, _UNKNOWN)
    for what, numbers in zip(
        ("Import updates", "Import withdraws", "Export updates", "Export withdraws"), changes, strict=True
    ):
        cells = [_UNCOUNTED if number is None else str(number) for number in numbers]
        yield f"{indent}  {what + ':':<19}" + "".join([f"{cell:>11}" for cell in cells])


def _filters(instance: Instance) -> tuple[str, str]:
    session = instance.session
    if session is None:
        return "ACCEPT", "ACCEPT" if instance.kind == "Kernel" else "REJECT"
    incoming, outgoing = session.config.policies(external=not session.internal)
    return _filter(incoming), _filter(outgoing)


def _filter(policy: Policy) -> str:
    return "ACCEPT" if policy == ACCEPT_ALL else policy.name


def _session_1_6(session: Session) -> Iterator[str]:
    yield from _neighbor(session)
    terms = session.status.terms
    if terms is None:
        yield from _ended(session)
        return
    yield f"    Neighbor ID:      {terms.peer_identifier}"
    yield f"    Neighbor caps:    {capability_words(terms.peer_capabilities)}"
    add_path = [
        word
        for word, families in (("add-path-rx", terms.add_path_receive), ("add-path-tx", terms.add_path_send))
        if families
    ]
    yield f"    Session:          {' '.join([*_kind(session), *add_path])}"
    yield from _times(session, ".0f")


def _session_2(session: Session) -> Iterator[str]:
    yield from _neighbor(session)
    yield f"    Local AS:         {session.local_asn}"
    terms = session.status.terms
    if terms is None:
        yield from _ended(session)
        return
    yield f"    Neighbor ID:      {terms.peer_identifier}"
    yield "    Local capabilities"
    yield from capability_rows(terms.capabilities)
    yield "    Neighbor capabilities"
    yield from capability_rows(terms.peer_capabilities)
    yield f"    Session:          {' '.join(_kind(session))}"
    yield from _times(session, ".3f")


def _neighbor(session: Session) -> Iterator[str]:
    yield f"  BGP state:          {session_state(session.status, session.config)}"
    yield f"    Neighbor address: {session.status.address}"
    yield f"    Neighbor AS:      {session.status.asn}"


def _ended(session: Session) -> Iterator[str]:
    error = last_error(session.why)
    if error and session.status.state is not State.ESTABLISHED:
        yield f"    Last error:       {error}"


def _kind(session: Session) -> Iterator[str]:
    yield "internal" if session.internal else "external"
    if session.internal:
        yield "multihop"
    if session.config.route_reflector_client:
        yield "route-reflector"
    if session.status.terms is not None and session.status.terms.four_octet_as:
        yield "AS4"


def _times(session: Session, form: str) -> Iterator[str]:
    status, terms = session.status, session.status.terms
    if terms is not None:
        yield f"    Source address:   {terms.local_address}"
        yield f"    Hold timer:       {status.hold_timer:{form}}/{terms.hold_time}"
        yield f"    Keepalive timer:  {status.keepalive_timer:{form}}/{terms.keepalive_time:g}"
