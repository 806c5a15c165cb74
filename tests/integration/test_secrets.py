"""Keys of sessions never appear in anything that is told: swept through all of it, in every spelling."""

import asyncio
import base64
import copy
import dataclasses
import json
import logging
import pickle
import socket
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
import structlog

from bgpkit import BgpError, PeerConfig, Speaker
from bgpkit.configuration import ConfigurationFileError, load
from bgpkit.speaker import BfdAuthentication, BfdAuthenticationType, BfdOptions, Obstacle
from bgpkit.transport import AoKey, Secret, TransportOptions
from bgpkit.transport.md5 import set_md5_key
from bgpkit.transport.tcp_ao import add_ao_keys
from bgpkit.wire import to_plain
from tests.support.scripted_peer import eventually
from tests.support.skips import require_kernel
from tests.support.speakers import OURS, THEIRS, established, speaker_at, towards

WORDS: Final = ("Tr0ub4dor-and-3", "Xkcd-936-battery", "Staple-c0rrect-h0rse")
FIRST, SECOND, THIRD = map(Secret, WORDS)
AO: Final = TransportOptions(
    ao_keys=(AoKey(secret=FIRST, send_id=1, receive_id=2), AoKey(secret=SECOND, send_id=3, receive_id=4))
)
WATCHED: Final = BfdOptions(authentication=BfdAuthentication(type=BfdAuthenticationType.KEYED_MD5, key=SECOND))


def spellings(word: str) -> Iterator[str]:
    """Yield how a word may be written: as it is, as octets, in hexadecimal digits, in base64."""
    octets = word.encode()
    yield word.lower()
    yield octets.hex()
    yield " ".join(f"{octet:02x}" for octet in octets)
    yield base64.b64encode(octets).decode().rstrip("=").lower()


def assert_hidden(*told: object) -> None:
    """See that none of the secrets is in a text, or in what Python says of a value."""
    for each in told:
        for text in (str(each), repr(each)):
            found = [word for word in WORDS for spelled in spellings(word) if spelled in text.lower()]
            assert found == [], text


def everything_of(value: object) -> Iterator[object]:
    """Yield what can be made of a value: its texts, its parts, copies, JSON."""
    yield value
    yield f"{value}{value!r}{value!s}"
    yield copy.deepcopy(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = dataclasses.asdict(value)
        yield parts
        yield json.dumps(parts, default=str)
        yield json.dumps(parts, default=repr)
    try:
        yield json.dumps(to_plain(value))
    except ValueError as error:
        yield "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


def error_of(error: BaseException) -> str:
    """Return all that can be printed of an error, the values of local variables included."""
    return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


@pytest.fixture
def log() -> Iterator[list[str]]:
    """Collect all that is logged, from DEBUG on, as text; errors with their tracebacks."""
    lines: list[str] = []

    def keep(logger: object, method: str, event: Any) -> str:
        del logger
        lines.append(f"{method} {event!r}")
        lines.extend(error_of(value) for value in event.values() if isinstance(value, BaseException))
        raise structlog.DropEvent

    structlog.configure(
        processors=[structlog.processors.format_exc_info, keep],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
    )
    yield lines
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "value",
    [
        FIRST,
        TransportOptions(md5_key=FIRST),
        AO,
        WATCHED,
        PeerConfig(address=THEIRS, asn=64512, transport=TransportOptions(md5_key=FIRST), bfd=WATCHED),
        PeerConfig(address=THEIRS, asn=64512, transport=AO),
    ],
    ids=["secret", "md5", "ao", "bfd", "peer with md5", "peer with ao"],
)
def test_values_do_not_tell_their_secrets(value: object) -> None:
    """Neither as text nor in parts, nor copied, nor as JSON; and they cannot be pickled."""
    assert_hidden(*everything_of(value))
    with pytest.raises(TypeError, match="not written anywhere") as caught:
        pickle.dumps(value)
    assert_hidden(error_of(caught.value))


def faulty() -> Iterator[Any]:
    """Yield calls that cannot be, each with a secret in it."""
    long = Secret(WORDS[0] * 10)
    yield lambda: TransportOptions(md5_key=long)
    yield lambda: TransportOptions(md5_key=FIRST, ao_keys=AO.ao_keys)
    yield lambda: TransportOptions(ao_keys=(AO.ao_keys[0], AO.ao_keys[0]))
    yield lambda: AoKey(secret=long, send_id=1, receive_id=1)
    yield lambda: AoKey(secret=FIRST, send_id=256, receive_id=1)
    yield lambda: BfdAuthentication(type=BfdAuthenticationType.SIMPLE, key=long)
    yield lambda: BfdAuthentication(type=BfdAuthenticationType.SIMPLE, key=FIRST, key_id=256)
    yield lambda: PeerConfig(address="nowhere", asn=64512, transport=AO)
    yield lambda: PeerConfig(address=THEIRS, asn=64512, hold_time=1, transport=AO, bfd=WATCHED)


@pytest.mark.parametrize("number", range(9))
def test_refusals_do_not_tell_secrets(number: int) -> None:
    """Neither in their sentence nor in a traceback that shows local variables."""
    call = list(faulty())[number]
    with pytest.raises(BgpError) as caught:
        call()
    assert_hidden(caught.value, error_of(caught.value))


def test_a_text_in_place_of_a_secret_is_not_told() -> None:
    """The sentence says how to wrap it."""
    options: Any = TransportOptions
    with pytest.raises(BgpError, match=r"wrap it in bgpkit\.transport\.Secret") as caught:
        options(md5_key=WORDS[0])
    assert_hidden(caught.value)


def test_what_the_kernel_refuses_does_not_tell_secrets() -> None:
    """A socket that is none of TCP; the key is in no frame that a traceback shows."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        with pytest.raises(BgpError) as md5:
            set_md5_key(connection, THEIRS, FIRST)
        with pytest.raises(BgpError) as ao:
            add_ao_keys(connection, THEIRS, AO.ao_keys)
    assert_hidden(error_of(md5.value), error_of(ao.value))


@pytest.mark.parametrize(
    "line",
    [
        'transport.md5_key = "{}" x',
        'transport.md5_key = "{}',
        'transport.md5_key = ["{}"]',
        'transport.md5_key = {{word = "{}"}}',
        'transport.md5_kye = "{}"',
        'transport = "{}"',
        'transport.ao_keys = "{}"',
        'transport.ao_keys = [{{secret = "{}", send_id = 1}}]',
        'transport.ao_keys = [{{secret = "{}", send_id = 999, receive_id = 1}}]',
        'transport.md5_key = "{0}{0}{0}{0}{0}{0}{0}{0}"',
        'bfd.authentication = "{}"',
        'bfd.authentication = {{type = "simple", key = "{0}{0}"}}',
    ],
)
def test_faults_of_a_configuration_file_do_not_tell_secrets(line: str, tmp_path: Path) -> None:
    """Whatever is wrong with the line that has the secret."""
    file = tmp_path / "speaker.toml"
    head = '[speaker]\nasn = 64512\nbgp_identifier = "192.0.2.1"\n[[peers]]\naddress = "192.0.2.2"\nasn = 64512\n'
    file.write_text(head + line.format(WORDS[0]) + "\n", encoding="utf-8")
    with pytest.raises(ConfigurationFileError) as caught:
        load(file, environment={})
    assert_hidden(caught.value, *caught.value.faults)


async def told_of(speaker: Speaker, *addresses: str) -> list[object]:
    """Return all that a speaker tells of its peers."""
    told: list[object] = [speaker, vars(speaker), speaker.peers()]
    for address in addresses:
        told += [each for value in (speaker.explain_peer(address), *speaker.peers()) for each in everything_of(value)]
        told += everything_of(speaker.peer_config(address))
    return told


async def test_sessions_with_keys_do_not_tell_them(log: list[str]) -> None:
    """Up, changed, mismatched, explained, planned, removed: status, events, plans, logs, tasks, and what errors say."""
    require_kernel("tcp_md5")
    told: list[object] = []
    keyed, other = TransportOptions(md5_key=FIRST), TransportOptions(md5_key=THIRD)
    async with speaker_at() as one, speaker_at(THEIRS) as two:
        events = one.events()
        ours = towards(two, one, transport=keyed)
        await one.add_peer(ours)
        await two.add_peer(towards(one, two, transport=keyed, passive=True))
        await established(one, THEIRS)
        told += await told_of(one, THEIRS)
        told += everything_of(one.plan([replace(ours, transport=other, hold_time=30)]))
        with pytest.raises(BgpError) as caught:
            await one.add_peer(replace(ours, transport=other))
        told.append(error_of(caught.value))
        await two.update_peer(replace(two.peer_config(OURS), transport=other, hold_time=30))
        await eventually(lambda: one.explain_peer(THEIRS).obstacle is not Obstacle.NONE, "the session over")
        await eventually(lambda: bool(one.peers()[0].last_error), "a reason")
        told += await told_of(one, THEIRS)
        told += [repr(task) for task in asyncio.all_tasks()]
        told += [peer for each in (one, two) for peer in vars(each).values()]
    told += [each async for event in events for each in everything_of(event)]
    assert_hidden(*told)
    assert any("session.closed" in line for line in log), "there was something to be logged"
    assert_hidden(*log)


async def test_keys_that_this_kernel_may_not_have_are_not_told(log: list[str]) -> None:
    """TCP-AO: where the kernel lacks it the refusal hides them, else the peer's status does."""
    async with speaker_at() as speaker:
        try:
            await speaker.add_peer(PeerConfig(address=THEIRS, asn=64512, transport=AO))
        except BgpError as error:
            assert_hidden(error_of(error))
        else:
            assert_hidden(*await told_of(speaker, THEIRS))
    assert_hidden(*log)
