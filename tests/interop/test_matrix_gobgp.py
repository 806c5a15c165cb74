"""The column of GoBGP in the matrix of README.md."""

from collections.abc import Generator

import pytest

from tests.interop.matrix_cells import Record, prove_feature, prove_notification
from tests.interop.matrix_feature import Feature
from tests.interop.matrix_gobgp import GoBgpSide
from tests.interop.matrix_lab import Lab, running
from tests.interop.matrix_notifications import PROVOCATIONS, Provocation
from tests.interop.matrix_page import FEATURES
from tests.support.skips import require_kernel

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("matrix-gobgp")]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Generator[Lab]:
    """Run the daemon, once for all tests of this file."""
    require_kernel("netns")
    with running(GoBgpSide, tmp_path_factory.mktemp("matrix-gobgp")) as made:
        yield made


@pytest.mark.parametrize("feature", FEATURES, ids=str)
async def test_feature(feature: Feature, lab: Lab, record_property: Record) -> None:
    """It works with GoBGP, or GoBGP lacks it."""
    await prove_feature(lab, feature, record_property)


@pytest.mark.parametrize("provocation", PROVOCATIONS, ids=str)
async def test_notification(provocation: Provocation, lab: Lab, record_property: Record) -> None:
    """We understand what GoBGP sends, where it sends something."""
    await prove_notification(lab, provocation, record_property)
