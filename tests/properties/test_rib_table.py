"""The table against a dictionary of dictionaries, through any sequence of news and sweeps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bgpkit_rib import Entry, Path, Source, Table, best_of, paths_of
from tests.properties.rib_model import facts, made_again, make_sources, paths, rfc_order

KEYS = [bytes((8, number)) for number in range(6)]
key_lists = st.lists(st.sampled_from(KEYS), max_size=7)
path_ids = st.sampled_from((0, 0, 0, 1))


@dataclass
class RunningSweep:
    """A sweep between two of its steps, and what it was told to take."""

    steps: Iterator[None]
    source: Source
    below: int


def refuse_some(path: Path) -> Path:
    """Refuse what has the highest MED, accept all else."""
    return made_again(path, eligible=path.med != 2, generation=path.generation)


def move_next_hops(path: Path) -> Path:
    """Find one next hop far away, the others near; a new object even where that is no news."""
    return made_again(path, metric=path.next_hop[-1] // 2, generation=path.generation)


CHANGES: list[Callable[[Path], Path]] = [refuse_some, move_next_hops]


class TableLife(RuleBasedStateMachine):
    """Announcements, withdrawals, new generations and sweeps, interleaved."""

    def __init__(self) -> None:
        """Start with an empty table, an empty model and an empty shadow."""
        super().__init__()
        self.sources = make_sources()
        self.table = Table(32)
        self.model: dict[bytes, dict[tuple[Source, int], Path]] = {key: {} for key in KEYS}
        self.shadow: dict[bytes, Path] = {}
        self.sweeps: list[RunningSweep] = []
        self.news: tuple[list[bytes], bytes] = ([], b"")
        self.table.subscribe(self.consume)

    def consume(self, keys: list[bytes], old: Entry | None, new: Entry | None, nlri: bytes | None) -> None:
        """Follow a block as a consumer would, and hold it to its promises."""
        assert keys
        assert len(set(keys)) == len(keys)
        assert old != new
        if nlri is not None:
            assert (keys, nlri) == self.news
        for key in keys:
            assert self.table.get(key) == new
            former, best = best_of(old), best_of(new)
            known = self.shadow.pop(key, None)
            assert (known is None) is (former is None)
            assert known is None or former is None or known.says_the_same(former)
            if best is not None:
                self.shadow[key] = best

    def tell(self, path: Path, keys: list[bytes]) -> None:
        """Announce to the table and to the model."""
        self.news = (keys, b"".join(keys))
        self.table.announce(path, list(keys), self.news[1])
        for key in keys:
            self.model[key][path.source, path.path_id] = path

    @rule(data=st.data(), keys=key_lists, path_id=path_ids)
    def announce(self, data: st.DataObject, keys: list[bytes], path_id: int) -> None:
        """Announce anything for any keys, some of them twice."""
        source = data.draw(st.sampled_from(self.sources))
        self.tell(data.draw(paths(source, path_id)), keys)

    @precondition(lambda self: any(self.model.values()))
    @rule(data=st.data(), keys=key_lists)
    def announce_again(self, data: st.DataObject, keys: list[bytes]) -> None:
        """Announce for some keys what one of them, or another, already has, as a new object."""
        known = [path for held in self.model.values() for path in held.values()]
        former = data.draw(st.sampled_from(known))
        again = made_again(former)
        self.tell(
            data.draw(st.sampled_from((again, former if former.generation == former.source.generation else again))),
            keys,
        )

    @rule(data=st.data(), keys=key_lists, path_id=path_ids)
    def withdraw(self, data: st.DataObject, keys: list[bytes], path_id: int) -> None:
        """Withdraw any keys, held or not."""
        source = data.draw(st.sampled_from(self.sources))
        self.table.withdraw(source, list(keys), path_id)
        for key in keys:
            self.model[key].pop((source, path_id), None)

    @rule(data=st.data())
    def begin_generation(self, data: st.DataObject) -> None:
        """Let a peer refresh, or come back."""
        data.draw(st.sampled_from(self.sources)).generation += 1

    @rule(data=st.data(), everything=st.booleans(), slice_size=st.integers(1, 3))
    def begin_sweep(self, data: st.DataObject, everything: bool, slice_size: int) -> None:
        """Begin to sweep a source, of its stale paths or of all; who is swept of all begins anew."""
        source = data.draw(st.sampled_from(self.sources))
        if everything:
            below = source.generation + 1
            steps = self.table.sweep(source, slice_size=slice_size)
            source.generation += 1
        else:
            below = source.generation
            steps = self.table.sweep(source, below=below, slice_size=slice_size)
        self.sweeps.append(RunningSweep(steps, source, below))

    @precondition(lambda self: self.sweeps)
    @rule(data=st.data())
    def sweep_a_slice(self, data: st.DataObject) -> None:
        """Step a sweep: only what it was told to take may go, and at its end all of that is gone."""
        sweep = data.draw(st.sampled_from(self.sweeps))
        ended = next(sweep.steps, "ended") == "ended"
        if ended:
            self.sweeps.remove(sweep)
        for key, held in self.model.items():
            kept = {(path.source, path.path_id) for path in paths_of(self.table.get(key))}
            for identity, path in list(held.items()):
                if path.source is sweep.source and path.generation < sweep.below:
                    assert not (ended and identity in kept)
                    if identity not in kept:
                        del held[identity]

    @precondition(lambda self: any(self.model.values()))
    @rule(data=st.data(), change=st.sampled_from(CHANGES))
    def make_anew(self, data: st.DataObject, change: Callable[[Path], Path]) -> None:
        """Put a new path of the same generation, stale or not, in the place of an old one at all of its keys."""
        former = data.draw(st.sampled_from([path for held in self.model.values() for path in held.values()]))
        self.tell(change(former), [key for key, held in self.model.items() if former in held.values()])

    @invariant()
    def entries_are_those_of_the_model(self) -> None:
        """Compare every entry with the model: paths in the RFC's order, ineligible ones last, a single one bare."""
        assert len(self.table) == sum(1 for held in self.model.values() if held)
        assert dict(self.table.items()) == {key: self.table.get(key) for key, held in self.model.items() if held}
        for key, held in self.model.items():
            entry = self.table.get(key)
            assert not isinstance(entry, tuple) or len(entry) > 1
            present = [facts(path) for path in paths_of(entry)]
            expected = [facts(path) for path in rfc_order(held.values())]
            assert present[: len(expected)] == expected
            assert set(present) == {facts(path) for path in held.values()}
            assert len(present) == len(held)

    @invariant()
    def counters_equal_a_recount(self) -> None:
        """Compare every source's counters with a count of its view and of the model."""
        for source in self.sources:
            own = [path for held in self.model.values() for path in held.values() if path.source is source]
            assert self.table.count(source) == len(own) == sum(1 for _ in self.table.paths_from(source))
            assert self.table.count_eligible(source) == sum(path.eligible for path in own)
        assert self.table.reachable == sum(1 for _ in self.table.loc_rib())

    @invariant()
    def the_shadow_is_the_loc_rib(self) -> None:
        """Compare a Loc-RIB made of blocks alone with the table's own."""
        loc_rib = dict(self.table.loc_rib())
        assert loc_rib.keys() == self.shadow.keys()
        for key, path in loc_rib.items():
            assert path.source is self.shadow[key].source
            assert path.says_the_same(self.shadow[key])


TableLife.TestCase.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestTableLife = TableLife.TestCase
