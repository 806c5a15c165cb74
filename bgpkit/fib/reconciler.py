"""Wanted, held and pending: what is to be asked of the kernel so that it holds what is wanted. Pure.

``desired`` is what callers want, ``held`` what the kernel has of ours, as far as dumps, notices and answers tell.
Every change of either puts the prefix on the pending queue; nothing is decided there. Only when a prefix is
taken from the queue are the two compared, and at most one operation made. So the order of events does not matter,
and a prefix queued twice, or for nothing, costs a comparison and no message.

Whose a route is, its protocol number tells. Routes of others are remembered only for prefixes that are wanted or
held. Three rules keep them whole: what is not held is created exclusively; what shares prefix and metric with a
foreign route is never replaced; what is removed is named with our protocol.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from errno import EEXIST, ENOENT, ESRCH
from itertools import repeat, starmap
from typing import Final

from bgpkit.fib.agreement import Agreement
from bgpkit.fib.attempts import Attempts
from bgpkit.fib.deciding import Decider
from bgpkit.fib.drift import DriftWatch
from bgpkit.fib.foreign import Foreign, ForeignRoutes
from bgpkit.fib.form import Forms
from bgpkit.fib.held import carry_out, drop, emptied, put
from bgpkit.fib.moves import Moves
from bgpkit.fib.netlink.decode import RouteNotice
from bgpkit.fib.operation import Answers, Batch, Operation, Refusal, Verb
from bgpkit.fib.resolve import Resolving
from bgpkit.fib.route import Spec
from bgpkit.fib.slicing import SLICE, slices

_ABSENT: Final = frozenset({ENOENT, ESRCH})
"""Errors by which the kernel says that there is no such route."""
_HIDDEN: Final = Refusal(EEXIST, "the kernel has such a route already, but does not show it")


class Reconciler:
    """The routes of one owner in one table, for one address width."""

    def __init__(self, width: int, protocol: int, resolver: Resolving) -> None:
        """Reconcile routes of ``protocol``; ``resolver`` gives the form of a spec, or why there is none."""
        self.width = width
        self.desired: dict[bytes, Spec] = {}
        self.held: dict[bytes, Forms] = {}
        self.foreign = Foreign()
        self.stale: set[bytes] = set()
        """Adopted prefixes that nobody has asked for yet; they stay until :meth:`sweep`."""
        self.attempts = Attempts()
        self.doubtful = False
        """Something was answered or told that only a dump of all routes can explain."""
        self._protocol = protocol
        self._resolver = resolver
        self._pending: deque[bytes] = deque()
        self._abandoned = False
        self._observed = 0  # how often something has been noted of the kernel's table but answers to batches
        self._compared = False  # all, and what has changed since is pending, or has been
        self.agreement = Agreement(resolver)
        """What is remembered of comparing ``desired`` with ``held``."""
        self._decider = Decider(width, resolver, self.agreement, self.desired, self.foreign, self.attempts)
        self._contested = self._decider.contested
        self._drift = DriftWatch(self.desired, self.agreement, self.foreign.drifted)
        self._moves = Moves(self.desired)

    @property
    def pending(self) -> int:
        """How many prefixes are still to be looked at, at most."""
        return len(self._pending) + self._moves.left

    def want(self, keys: Iterable[bytes], spec: Spec) -> None:
        """From now on, each of ``keys`` is wanted as ``spec``."""
        desired, changed = self.desired, list(keys)
        if not desired.keys().isdisjoint(changed):
            changed = [key for key in changed if desired.get(key) is not spec]
        desired.update(dict.fromkeys(changed, spec))
        self._changed(changed, asked=spec.leads)  # where there is no way yet, an adopted route is left to the sweep

    def unwant(self, keys: Iterable[bytes]) -> None:
        """From now on, none of ``keys`` is wanted; an adopted route that was not asked for goes too."""
        changed = [key for key in keys if self.desired.pop(key, None) is not None or key in self.stale]
        if self.foreign or self._contested:
            for key in changed:
                self.foreign.end(key)
                self._contested.discard(key)
        self._moves.removed(len(changed))
        self._changed(changed)

    def move(self, spec: Spec) -> None:
        """Have what is wanted as ``spec`` forwarded by its next hops, which are others now."""
        self.agreement.forget_spec(spec)
        if self._resolver.moved(spec):
            self._moves.add(spec)

    def compare_again(self, spec: Spec) -> None:
        """Compare again, slice by slice, what is wanted as ``spec``: its form may be another one."""
        self.agreement.forget_spec(spec)
        self._moves.add(spec)

    def sweep(self) -> int:
        """Let go of the adopted routes that nobody asked for; return how many."""
        stale, self.stale = self.stale, set()
        self._pending.extend(stale)
        return len(stale)

    def abandon(self) -> Iterator[None]:
        """Want nothing any more: all that is ours goes. Slice by slice; nobody may want anything meanwhile."""
        for wishes in (
            self.foreign.conflicts,
            self._contested,
            self.attempts,
            self.stale,
            self._pending,
            self._moves,
        ):
            wishes.clear()
        self._abandoned = True
        yield from emptied(self.desired)
        for part in slices(self.held):
            self._pending.extend(part)
            yield

    def take(self, limit: int, now: float, *, replace: bool = True, besides: frozenset[bytes] = frozenset()) -> Batch:
        """Return a batch of ``limit`` changes at most; :meth:`settle` the batches in the order of taking.

        Until then their prefixes must be among ``besides``, which are left for later. Without ``replace``, what would
        be replaced, or has to wait for its next-hop object, is left to the next :meth:`compare`.
        """
        if self._moves.left:
            self._changed(self._moves.take())
        pending, batch = self._pending, Batch(self.width, observed=self._observed)
        pending.extend(self.attempts.due(now, SLICE))
        left, later, taken = min(len(pending), SLICE), list[bytes](), set[bytes]()
        while left and len(batch) < limit:
            some = min(left, limit - len(batch))
            left -= some
            keys = list(starmap(pending.popleft, repeat((), some)))
            distinct = set(keys)
            if len(distinct) < some:
                keys = list(dict.fromkeys(keys))
            if not besides.isdisjoint(distinct):
                later += besides.intersection(distinct)
                keys = [key for key in keys if key not in besides]
            if not taken.isdisjoint(distinct):
                keys = [key for key in keys if key not in taken]
            self._decider.decide(keys, self.held, self.stale, now, batch)
            taken |= distinct
        pending.extend(later)
        put_off = self._decider.put_off
        if put_off:
            pending.extend(put_off if replace else ())
            put_off.clear()
        return batch if replace else batch.without(Verb.REPLACE)

    def give_back(self, batch: Batch) -> None:
        """Look again at what was taken and has not been asked for."""
        self._pending.extend(batch.keys)

    def settle(self, batch: Batch, answers: Answers, now: float) -> None:
        """Note what became of a batch."""
        self.doubtful |= not answers.complete
        if self._abandoned and batch.verb is not Verb.DELETE:  # since it was taken, perhaps
            self._pending.extend(batch.keys)
        if answers.fine and batch.plain and batch.observed == self._observed:
            carry_out(self.held, batch)
            self.attempts.forgive_all(batch.keys)
            return
        for place, operation in enumerate(batch):
            if place in answers.refused:
                self._note_refusal(operation, answers.refused[place], now)
            elif answers.complete:
                self._note_success(operation)

    def observe(self, notice: RouteNotice) -> None:
        """Note a route that has come or gone by another hand than ours."""
        self._observed += 1
        key = notice.key
        right = self._drift.is_right(key, self.held)
        if notice.protocol == self._protocol:
            if notice.present:
                self.doubtful |= notice.replaced and (key in self.foreign.routes or key not in self.held)
                put(self.held, key, notice.forms)
            else:
                drop(self.held, key, notice.forms[0].metric)
            self._pending.append(key)
        elif key in self.desired or key in self.held:
            metric = notice.forms[0].metric
            others = self.foreign.observe(notice)
            if notice.replaced:
                self.doubtful |= others or any(form.metric == metric for form in self.held.get(key, ()))
                drop(self.held, key, metric)
            self._pending.append(key)
        if right and not self._drift.is_right(key, self.held):
            self._drift.note(key, self.held)

    def take_dump(self, held: dict[bytes, Forms], foreign: dict[bytes, ForeignRoutes] | None, now: float) -> None:
        """Take a dump for the truth, which may be what is held; ``foreign`` is None when only ours were dumped.

        Nothing is compared yet: :meth:`compare` does that slice by slice.
        """
        self._observed += 1
        self._compared &= held is self.held and foreign is None
        if held is not self.held:
            self._drift.held_before, self.held = self.held, held
        if foreign is None:
            return
        self.foreign.take_dump(foreign)
        self.doubtful = False
        self._pending.extend(self.foreign.conflicts)
        for key in self._contested:
            if key in self.held or key in foreign:
                self._pending.append(key)
            else:
                self.attempts.fail(key, _HIDDEN, now)
        self._contested.clear()

    def adopt(self) -> Iterator[None]:
        """Mark what is held as stale, so that it stays until the sweep. Slice by slice, before anything is wanted."""
        for part in slices(self.held):
            self.stale.update(part)
            yield

    def compare(self) -> Iterator[None]:
        """Queue each prefix that is not as it should be, slice by slice: none where a dump has shown what was held."""
        if self._compared and not self.stale:
            return
        self._compared = True
        for part in slices(self.desired):
            for key in self.agreement.doubtful(part, self.desired, self.held):
                spec, forms = self.desired.get(key), self.held.get(key)
                if spec is not None and (spec.leads if forms is None else not self.agreement.agrees(spec, forms)):
                    self._doubt(key)
            yield
        for part in slices(self.held):
            for key in () if all(map(self.desired.__contains__, part)) else part:
                if key not in self.desired and key not in self.stale and key in self.held:
                    self._doubt(key)
            yield
        for part in slices(self.stale):
            self.stale.difference_update([key for key in part if key not in self.held])
            yield
        for part in slices(self.foreign.routes):
            self._pending.extend(key for key in part if key in self.desired)
            self.foreign.forget(key for key in part if key not in self.desired and key not in self.held)
            yield
        before, self._drift.held_before = self._drift.held_before, {}
        yield from emptied(before)

    def retry(self) -> None:
        """Try all failed routes again now, and resolve anew: an interface or an address has come or gone."""
        self.agreement.forget()
        self._compared = False
        self._pending.extend(self.attempts.failed)

    @property
    def at_rest(self) -> bool:
        """Whether all was as wanted when it was last compared, and nothing has been heard since."""
        return not (self.pending or self.stale or self.attempts.failed or self.foreign or self._contested)

    def agrees(self, key: bytes) -> bool:
        """Tell whether a wanted prefix is in the kernel as wanted, and nothing else of ours is."""
        return self.agreement.agrees(self.desired[key], self.held.get(key, ()))

    def specs(self) -> Iterator[Collection[Spec]]:
        """Walk what prefixes are wanted as, slice by slice; each spec more than once."""
        for part in slices(self.desired):
            yield {spec for spec in set(map(self.desired.get, part)) if spec is not None}

    def _note_success(self, operation: Operation) -> None:
        verb, _, key, forms = operation
        if verb is Verb.DELETE:
            if drop(self.held, key, forms[0].metric) or key in self.desired:
                self._pending.append(key)
        else:
            if put(self.held, key, forms):
                self._pending.append(key)
            self.attempts.forgive(key)

    def _note_refusal(self, operation: Operation, refusal: Refusal, now: float) -> None:
        verb, _, key, forms = operation
        if refusal.errno in _ABSENT and verb is not Verb.ADD:
            drop(self.held, key, forms[0].metric)
            self._pending.append(key)
        elif refusal.errno == EEXIST and verb is Verb.ADD:
            self._contested.add(key)
            self.doubtful = True
        else:
            self.attempts.fail(key, refusal, now)

    def _changed(self, keys: list[bytes], *, asked: bool = True) -> None:
        """Look at ``keys`` anew, since what is wanted of them has changed."""
        self._pending.extend(keys)
        if self.stale and asked:
            self.stale.difference_update(keys)
        self.attempts.forgive_all(keys)

    def _doubt(self, key: bytes) -> None:
        """Queue a prefix that is not as it should be, unless it is known why: then it has its own time."""
        if not (self.attempts.waits(key) or key in self.foreign.conflicts or key in self._contested):
            self._drift.look(key, self.held)
            self._pending.append(key)
