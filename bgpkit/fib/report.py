"""What the log says of conflicts and failures: each once, alike ones together."""

from collections import defaultdict

import structlog

from bgpkit.fib.dialogue import Dialogue
from bgpkit.fib.operation import Refusal
from bgpkit_rib import Prefix

_log = structlog.stdlib.get_logger("bgpkit.fib")


def report_news(dialogue: Dialogue) -> None:
    """Log what has been refused, or found taken by others, since the last call.

    One line for each reason, with the first ``prefix`` and the ``count`` of all: a link that goes down takes a
    hundred thousand routes with it.
    """
    for width, reconciler in dialogue.reconcilers.items():
        failed: defaultdict[Refusal, list[bytes]] = defaultdict(list)
        for key, failure in reconciler.attempts.news():
            failed[failure.refusal].append(key)
        for (errno, reason), keys in failed.items():
            prefix = str(Prefix.from_key(keys[0], width))
            _log.warning("fib.route_failed", prefix=prefix, count=len(keys), reason=reason, errno=errno)
        taken: defaultdict[int, list[bytes]] = defaultdict(list)
        for key, protocol in reconciler.foreign.news():
            taken[protocol].append(key)
        for protocol, keys in taken.items():
            prefix = str(Prefix.from_key(keys[0], width))
            _log.warning("fib.conflict", prefix=prefix, count=len(keys), protocol=protocol)
