"""What a new configuration would do to a running speaker, told before anything is done."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from bgpkit.configuration.configuration import Configuration
from bgpkit.configuration.routes import own_routes
from bgpkit.configuration.settings import PeerRange
from bgpkit.speaker import ChangePlan, PeerConfig, PeerPlan, plan_change


@dataclass(frozen=True, slots=True, kw_only=True)
class RangePlan:
    """What becomes of a range of peers, and of the peers that came from it."""

    range: str
    change: ChangePlan
    reasons: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the plan in one line."""
        return f"range {self.range}: {self.change.value}" + (f": {', '.join(self.reasons)}" if self.reasons else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationPlan:
    """What differs, and what it costs; its text is for people, a line each."""

    peers: tuple[PeerPlan, ...] = ()
    """Peers that are added, removed or changed."""
    ranges: tuple[RangePlan, ...] = ()
    announced: tuple[str, ...] = ()
    """Routes of our own that are new, or have other attributes."""
    withdrawn: tuple[str, ...] = ()
    aggregates_added: tuple[str, ...] = ()
    aggregates_removed: tuple[str, ...] = ()
    redistribution_begun: tuple[str, ...] = ()
    """Routes of the kernel's that are to be announced, by their protocols."""
    redistribution_ended: tuple[str, ...] = ()
    rpki: bool = False
    """ROAs come from elsewhere."""
    log: bool = False
    """Another level is logged."""
    restart: tuple[str, ...] = ()
    """What only a new start can change; while there is any of it, nothing is changed."""

    @property
    def empty(self) -> bool:
        """Whether nothing differs."""
        return not any(getattr(self, each.name) for each in fields(self))

    def lines(self) -> Iterator[str]:
        """Yield what there is to say."""
        for name in self.restart:
            yield f"{name}: it changes only when the daemon starts anew; until then nothing is changed"
        yield from map(str, self.peers)
        yield from map(str, self.ranges)
        yield from (f"announce {route}" for route in self.announced)
        yield from (f"withdraw {route}" for route in self.withdrawn)
        yield from (f"aggregate {prefix}: remove" for prefix in self.aggregates_removed)
        yield from (f"aggregate {prefix}: add" for prefix in self.aggregates_added)
        yield from (f"redistribute {each}: end" for each in self.redistribution_ended)
        yield from (f"redistribute {each}: begin" for each in self.redistribution_begun)
        if self.rpki:
            yield "rpki: ROAs come from elsewhere; routes are judged anew"
        if self.log:
            yield "log: another level"

    def __str__(self) -> str:
        """Return the lines, or that there are none."""
        return "\n".join(self.lines()) or "nothing changes"


def plan_configuration(old: Configuration, new: Configuration, peers: tuple[PeerPlan, ...]) -> ConfigurationPlan:
    """Tell what replacing ``old`` by ``new`` would do; ``peers`` is what the speaker says of the named ones."""
    before, after = own_routes(old.announcements), own_routes(new.announcements)
    gone, come = set(old.aggregates) - set(new.aggregates), set(new.aggregates) - set(old.aggregates)
    return ConfigurationPlan(
        peers=tuple(each for each in peers if each.change is not ChangePlan.NONE or each.fields),
        ranges=tuple(_range_plans(old.peers.ranges, new.peers.ranges)),
        announced=tuple(str(route) for route, attributes in after.items() if before.get(route) != attributes),
        withdrawn=tuple(str(route) for route in before if route not in after),
        aggregates_added=tuple(str(each.prefix) for each in new.aggregates if each in come),
        aggregates_removed=tuple(str(each.prefix) for each in old.aggregates if each in gone),
        redistribution_begun=tuple(str(each) for each in new.redistribute if each not in old.redistribute),
        redistribution_ended=tuple(str(each) for each in old.redistribute if each not in new.redistribute),
        rpki=old.rpki != new.rpki,
        log=old.log != new.log,
        restart=tuple(_restarts(old, new)),
    )


def _restarts(old: Configuration, new: Configuration) -> Iterator[str]:
    """Yield the keys that a running daemon cannot change."""
    for table in ("speaker", "fib", "control"):
        before, after = getattr(old, table), getattr(new, table)
        for field in fields(before):
            if field.name != "stop" and getattr(before, field.name) != getattr(after, field.name):
                yield f"{table}.{field.name}"
    if old.bfd != new.bfd:
        yield "bfd"


def _range_plans(old: Mapping[PeerRange, PeerConfig], new: Mapping[PeerRange, PeerConfig]) -> Iterator[RangePlan]:
    before, after = by_name(old), by_name(new)
    for name, (each, config) in after.items():
        if name not in before:
            yield RangePlan(range=name, change=ChangePlan.ADD)
            continue
        was, former = before[name]
        changed = [field.name for field in fields(config) if getattr(former, field.name) != getattr(config, field.name)]
        changed += [bound for bound in ("limit", "rate") if getattr(was, bound) != getattr(each, bound)]
        if opens_anew(was, former, each, config):
            yield RangePlan(range=name, change=ChangePlan.RESET, reasons=tuple(changed))
        elif changed:
            yield RangePlan(range=name, change=plan_change(former, config), reasons=tuple(changed))
    for name in before:
        if name not in after:
            yield RangePlan(range=name, change=ChangePlan.REMOVE)


def by_name(ranges: Mapping[PeerRange, PeerConfig]) -> Mapping[str, tuple[PeerRange, PeerConfig]]:
    """Return ranges by their names, with what their peers are to be."""
    return {each.name: (each, config) for each, config in ranges.items()}


def opens_anew(was: PeerRange, former: PeerConfig, each: PeerRange, config: PeerConfig) -> bool:
    """Tell whether a range has to be taken away and given again, with the sessions that came from it."""
    return was != each or former.transport.md5_key != config.transport.md5_key
