"""The tables ``[[redistribute]]``: the kernel's routes that are announced as our own."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bgpkit.configuration.document import Value, entries_of
from bgpkit.configuration.fault import FaultyError
from bgpkit.configuration.keys import keys_of
from bgpkit.configuration.reader import Found, Reader
from bgpkit.errors import ConfigError
from bgpkit.policy import PrefixSet
from bgpkit.speaker import Speaker
from bgpkit_fsm import Family
from bgpkit_rib import Origin, PathAttributes

if TYPE_CHECKING:  # Linux only, and only where the file asks for it
    from bgpkit.fib import Redistribution, RedistributionFilter

_ATTRIBUTES: Final = "attributes"
"""The field that path attributes go to; in the file they stand beside the others."""
_HIGHEST_METRIC: Final = (1 << 32) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Redistribute:
    """A table of ``[[redistribute]]``: which routes, of which table, and what is said of them."""

    protocols: tuple[str | int, ...]
    """By name or number; ``connected``, ``local`` and ``static`` among them."""
    interfaces: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    """Prefixes with bounds, ``10.0.0.0/8 ge 16 le 24``; none: every prefix."""
    kinds: tuple[str, ...] = ("unicast",)
    lowest_metric: int = 0
    highest_metric: int = _HIGHEST_METRIC
    default: bool = False
    """The default route, too."""
    link_local: bool = False
    """IPv4 prefixes inside 169.254.0.0/16, too."""
    metric_as_med: bool = False
    """MED is the route's metric."""
    keep_next_hop: bool = False
    """The next hop is the route's gateway, not our own address."""
    families: tuple[Family, ...] = ()
    """None named: all that the speaker has."""
    table: int | None = None
    vrf: str | None = None
    netns: str | None = None
    attributes: PathAttributes = field(default_factory=lambda: PathAttributes(origin=Origin.INCOMPLETE))

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        from bgpkit.fib.place import Place

        self.chosen()
        Place(table=self.table, vrf=self.vrf, netns=self.netns)
        if self.metric_as_med and self.attributes.med is not None:
            raise ConfigError("med is given, and metric_as_med, too; give one of the two")
        if self.keep_next_hop and self.attributes.next_hop is not None:
            raise ConfigError("next_hop is given, and keep_next_hop, too; give one of the two")

    def chosen(self) -> "RedistributionFilter":
        """Return the filter; ConfigError for one that cannot be."""
        from bgpkit.fib import RedistributionFilter, RouteKind

        kinds = {kind.value: kind for kind in RouteKind}
        for kind in self.kinds:
            if kind not in kinds:
                raise ConfigError(f"kinds: {kind!r} is no kind of route; choose from {', '.join(kinds)}")
        try:
            prefixes = PrefixSet.of(*self.prefixes) if self.prefixes else None
        except ConfigError as error:
            raise ConfigError(f"prefixes: {error}") from None
        return RedistributionFilter(
            protocols=self.protocols,
            interfaces=self.interfaces,
            prefixes=prefixes,
            kinds=frozenset(kinds[kind] for kind in self.kinds),
            lowest_metric=self.lowest_metric,
            highest_metric=self.highest_metric,
            default=self.default,
            link_local=self.link_local,
        )

    def redistribution(self, speaker: Speaker, own: int | str, path_id: int) -> "Redistribution":
        """Return what does it by ``speaker``, to be started; ``own`` is the protocol of our own routes in the kernel.

        ConfigError for what this speaker cannot announce.
        """
        from bgpkit.fib import Redistribution

        try:
            return Redistribution(
                speaker,
                self.chosen(),
                attributes=self.attributes,
                metric_as_med=self.metric_as_med,
                keep_next_hop=self.keep_next_hop,
                own=("bgp", own),
                families=self.families or None,
                table=self.table,
                vrf=self.vrf,
                netns=self.netns,
                path_id=path_id,
            )
        except ConfigError as error:
            raise ConfigError(f"redistribute {self}: {error}") from None

    def __str__(self) -> str:
        """Return the protocols, and the place if it is not the usual one."""
        places = [f"{name} {place}" for name in ("table", "vrf", "netns") if (place := getattr(self, name)) is not None]
        return " of ".join([", ".join(map(str, self.protocols)), *places])


def read_redistribute(reader: Reader, tables: Value | None) -> tuple[Redistribute, ...]:
    """Return what the tables say; what is faulty is noted."""
    if tables is None:
        return ()
    if not isinstance(tables.data, list):
        reader.note(tables, f"{tables.name}: this is a list; write each as [[{tables.name}]]")
        return ()
    found: dict[Redistribute, Value] = {}
    for table in tables.data:
        try:
            made = _read(reader, table)
        except FaultyError:
            continue
        if made in found:
            reader.note(table, f"{table.name}: this says the same as line {found[made].place.line}; say it once")
        found.setdefault(made, table)
    return tuple(found)


def _read(reader: Reader, table: Value) -> Redistribute:
    """Return what one table says: the fields of the class, and path attributes beside them."""
    own = [key for key in keys_of(Redistribute) if key != _ATTRIBUTES]
    entries = reader.table(table, (*own, *keys_of(PathAttributes)))
    found = reader.fields(Redistribute, {key: value for key, value in entries.items() if key in own})
    beside = reader.fields(PathAttributes, {key: value for key, value in entries.items() if key not in own})
    held = {"origin": Origin.INCOMPLETE, **beside.held}
    attributes = reader.make(PathAttributes, Found(held, {**dict.fromkeys(held, table), **beside.places}), table)
    whole = Found({**found.held, _ATTRIBUTES: attributes}, {**found.places, _ATTRIBUTES: table})
    made = reader.make(Redistribute, whole, table)
    if len(entries) < len(entries_of(table)) or not isinstance(made, Redistribute):
        raise FaultyError
    return made


class Redistributions:
    """The redistributions that run, changed as the file changes."""

    def __init__(self, speaker: Speaker, own: int | str) -> None:
        """Run none yet; ``own`` is the protocol of the routes that we put into the kernel."""
        self._speaker = speaker
        self._own = own
        self._running: dict[Redistribute, tuple[int, Redistribution]] = {}

    async def use(self, wanted: Iterable[Redistribute]) -> None:
        """Run those ``wanted`` and no others; one that is running already is not touched.

        New ones start before others end, so that no route goes that comes back at once. FibError and ConfigError,
        and none is new, when one cannot run.
        """
        wanted = tuple(wanted)
        before = set(self._running)
        try:
            for each in wanted:
                if each not in self._running:
                    await self._start(each)
        except BaseException:
            await self._end(each for each in tuple(self._running) if each not in before)
            raise
        await self._end(each for each in tuple(self._running) if each not in wanted)

    async def close(self) -> None:
        """End all."""
        await self._end(tuple(self._running))

    async def _start(self, each: Redistribute) -> None:
        from bgpkit.fib import REDISTRIBUTED

        taken = {path_id for path_id, _ in self._running.values()}
        path_id = next(number for number in range(REDISTRIBUTED, 1 << 32) if number not in taken)
        redistribution = each.redistribution(self._speaker, self._own, path_id)
        await redistribution.start()
        self._running[each] = path_id, redistribution

    async def _end(self, ended: Iterable[Redistribute]) -> None:
        for each in ended:
            _, redistribution = self._running.pop(each)
            await redistribution.close()
