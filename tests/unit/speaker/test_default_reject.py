"""External peers without a policy: told once. What it does to routes: tests/conformance/rfc8212."""

from dataclasses import replace

import structlog
from structlog.testing import capture_logs

from bgpkit.policy import ACCEPT_ALL
from bgpkit.speaker.default_reject import NO_POLICY, tell_missing
from tests.support.speakers import scripted, speaker_at, towards_scripted

EXTERNAL = 64600
CONFIG = towards_scripted(asn=EXTERNAL)


def test_each_way_without_a_policy_is_told() -> None:
    """With the field that is missing; and again only when one is taken away."""
    log = structlog.get_logger()
    half = replace(CONFIG, import_policy=ACCEPT_ALL)
    with capture_logs() as logs:
        tell_missing(CONFIG, log)
        tell_missing(half, log)
        tell_missing(CONFIG, log, former=half)
        tell_missing(half, log, former=CONFIG)
    assert [(entry["event"], entry["direction"]) for entry in logs] == [
        ("policy.missing", way) for way in ("import", "export", "export", "import")
    ]
    assert "RFC 8212" in logs[0]["reason"]
    assert "RFC 8212" in NO_POLICY.name


async def test_a_peer_is_told_of_once_however_often_it_connects() -> None:
    """It is a fault of the configuration, not of a session; of internal peers nothing is to be told."""
    with capture_logs() as logs:
        async with speaker_at() as speaker:
            await speaker.add_peer(CONFIG)
            await speaker.add_peer(towards_scripted("127.0.0.3"))
            for _ in range(2):
                async with await scripted(speaker, asn=EXTERNAL):
                    pass
            await speaker.update_peer(replace(CONFIG, description="core"))
    told = [(entry["peer"], entry["direction"]) for entry in logs if entry["event"] == "policy.missing"]
    assert told == [("127.0.0.2", "import"), ("127.0.0.2", "export")]
