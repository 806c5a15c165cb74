"""The cells of one daemon: what each test of the matrix does."""

from collections.abc import Callable

from tests.interop.matrix_feature import Feature
from tests.interop.matrix_lab import Lab
from tests.interop.matrix_lacks import LACKS
from tests.interop.matrix_neighbors import ONE, TWO
from tests.interop.matrix_notifications import DIES, Provocation, answers_of, provoked

Record = Callable[[str, object], None]
"""What the fixture ``record_property`` gives."""


async def prove_feature(lab: Lab, feature: Feature, record: Record) -> None:
    """See that the feature works with the daemon, or that the daemon lacks it, as the page says."""
    record("cell", f"{lab.other.name}/{feature.key}")
    lack = LACKS[lab.other.name].get(feature.key)
    await (feature.prove if lack is None else lack.prove)(lab)


async def prove_notification(lab: Lab, provocation: Provocation, record: Record) -> None:
    """See that the daemon answers as the page says, and that we understand it."""
    record("cell", f"{lab.other.name}/notification-{provocation.key}")
    expected = answers_of(lab.other.name, provocation)
    answer = await provoked(lab, provocation)
    dead = "panic:" in lab.other.log()
    if dead:
        with lab.killed(back_with=(ONE, TWO)):
            pass
    assert (DIES if dead else answer) == expected
