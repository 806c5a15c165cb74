"""The rights that the agent needs, as the kernel gives and takes them: each lack is one sentence, at the start."""

from pathlib import Path

import pytest

from bgpkit_node.agent.rights import check_rights
from tests.support.commands import bgpkit_node
from tests.support.skips import require_kernel

WITHOUT_SYS_ADMIN = ("setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin")


def test_who_has_them_is_not_refused() -> None:
    """Root in a network namespace of its own."""
    require_kernel("netns")
    check_rights()


@pytest.mark.parametrize(
    "prefix",
    [
        pytest.param(("setpriv", "--reuid=65534", "--clear-groups"), id="another user"),
        pytest.param(("setpriv", "--bounding-set=-all", "--inh-caps=-all"), id="root without capabilities"),
        pytest.param(WITHOUT_SYS_ADMIN, id="root that may not enter namespaces"),
        pytest.param(("unshare", "--user", "--map-root-user"), id="root of a user namespace"),
    ],
)
def test_who_lacks_one_is_told_what_is_needed(prefix: tuple[str, ...], tmp_path: Path) -> None:
    """In one sentence, and nothing has been made."""
    require_kernel("netns")
    run_dir = tmp_path / "run"
    answer = bgpkit_node("agent", "--node", "a", "--run-dir", run_dir, prefix=prefix, datastore=tmp_path / "d")
    answer.assert_refused(
        "the agent writes kernel routes, listens on port 179 and enters network namespaces of pods: run it as root, "
        "with CAP_NET_ADMIN and CAP_SYS_ADMIN over this network namespace"
    )
    assert list(tmp_path.iterdir()) == []
