"""PDUs come back as they were written, and no octets make the machine do anything but what is documented."""

import contextlib

from hypothesis import event, given, settings
from hypothesis import strategies as st

from bgpkit.rpki import RtrError, RtrIntervals, RtrState
from bgpkit.rpki.codec import decode_pdu, encode_pdu, next_pdu
from bgpkit.rpki.effects import RtrTimer
from bgpkit.rpki.pdu import (
    CacheReset,
    CacheResponse,
    EndOfData,
    ErrorReport,
    Pdu,
    PrefixPdu,
    ResetQuery,
    RouterKey,
    SerialNotify,
    SerialQuery,
)
from tests.properties.rpki_strategies import roas
from tests.unit.rpki import octets
from tests.unit.rpki.machines import Driven

SHORT, LONG = st.integers(0, 2**16 - 1), st.integers(0, 2**32 - 1)
TEXTS = st.text(max_size=20).map(lambda text: text.rstrip("\0"))
INTERVALS = st.builds(RtrIntervals, refresh=LONG, retry=LONG, expire=LONG)


def pdus(version: int) -> st.SearchStrategy[Pdu]:
    """Draw a PDU that a version has."""
    of_both = (
        st.builds(SerialNotify, SHORT, LONG),
        st.builds(SerialQuery, SHORT, LONG),
        st.just(ResetQuery()),
        st.builds(CacheResponse, SHORT),
        st.builds(PrefixPdu, st.booleans(), roas()),
        st.builds(EndOfData, SHORT, LONG, INTERVALS if version else st.none()),
        st.just(CacheReset()),
        st.builds(
            ErrorReport,
            SHORT,
            st.binary(max_size=40),
            st.text(max_size=20).filter(lambda text: not text.endswith("\0")),
        ),
    )
    key = st.builds(RouterKey, st.booleans(), st.binary(min_size=20, max_size=20), LONG, st.binary(max_size=40))
    return st.one_of(*of_both, key) if version else st.one_of(*of_both)


VERSIONED = st.sampled_from([0, 1]).flatmap(lambda version: st.tuples(st.just(version), pdus(version)))


@settings(deadline=None, max_examples=200)
@given(VERSIONED, st.binary(max_size=5), st.binary(max_size=5))
def test_what_is_written_is_read(versioned: tuple[int, Pdu], before: bytes, behind: bytes) -> None:
    """Every PDU in every version that has it, with other octets around it."""
    version, pdu = versioned
    written = encode_pdu(pdu, version)
    stream = before + written + behind
    assert next_pdu(stream, len(before), len(stream)) == len(before) + len(written)
    assert decode_pdu(stream, len(before), len(before) + len(written)) == pdu


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=60) | st.builds(octets.pdu, st.integers(0, 12), SHORT, st.binary(max_size=40)))
def test_any_octets_are_read_or_refused(data: bytes) -> None:
    """Nothing but an RtrError; what is read can be written again, but for bits that are ignored."""
    with contextlib.suppress(RtrError):
        stop = next_pdu(data, 0, len(data))
        if stop:
            pdu = decode_pdu(data, 0, stop)
            if data[0] in {0, 1}:
                written = encode_pdu(pdu, data[0])
                assert decode_pdu(written, 0, len(written)) == pdu


STEPS = st.one_of(
    VERSIONED.map(lambda versioned: encode_pdu(versioned[1], versioned[0])),
    st.sampled_from(
        [
            octets.response(),
            octets.prefix("192.0.2.0/24", 64500),
            octets.prefix("192.0.2.0/24", 64500, announce=False),
            octets.end(1),
            octets.end(2),
            octets.cache_reset(),
            octets.notify(2),
            octets.report(2),
            octets.report(4, version=0),
        ]
    ),
    st.binary(max_size=30),
    st.sampled_from(list(RtrTimer)),
    st.sampled_from(["connect", "lose"]),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(STEPS, max_size=25))
def test_the_machine_takes_whatever_comes(steps: list[bytes | RtrTimer | str]) -> None:
    """It never raises; what it sends are whole PDUs; what it published last is what it holds."""
    driven = Driven()
    for step in steps:
        connected = driven.machine.state is not RtrState.CLOSED
        if isinstance(step, RtrTimer):
            if step in driven.timers:
                driven.expire(step)
        elif step == "lose" or driven.closed:
            if connected or driven.closed:
                driven.lose()
                driven.closed.clear()
        elif isinstance(step, str):
            if not connected:
                driven.connect()
        elif connected:
            driven.hear(step, limit=2)
        for sent in driven.sent:
            assert next_pdu(sent, 0, len(sent)) == len(sent)
        held = driven.published[-1] if driven.published else None
        assert driven.machine.table is held
        assert (RtrTimer.EXPIRE in driven.timers) == (held is not None)
        assert len(driven.closed) <= 1
    event(driven.machine.state.value)
