"""Network filesystems are known by what the kernel says of the mounts."""

from pathlib import Path

import pytest

from bgpkit_node.datastore import filesystem
from bgpkit_node.datastore.filesystem import shared_filesystem
from bgpkit_node.datastore.sqlite_file import connect
from bgpkit_node.errors import DatastoreError

_MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /srv rw,relatime shared:7 - nfs4 10.0.0.1:/export rw,vers=4.2
31 30 8:2 / /srv/local\\040disk rw - xfs /dev/sdb1 rw
32 22 0:41 / /mnt rw - ext4 /dev/sdc1 rw
33 22 0:42 / /mnt rw master:1 propagate_from:2 - cifs //files/share rw
34 22 0:43 / /far rw - fuse.sshfs me@far: rw
35 22 0:44 / /near rw - fuse.fuse-overlayfs overlay rw
36 22 0:45 / /plan rw - 9p share rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/store.db", ""),
        ("/srv/store.db", "nfs4"),
        ("/srvx/store.db", ""),
        ("/srv/local disk/store.db", ""),
        ("/mnt/store.db", "cifs"),
        ("/far/a/b/store.db", "fuse.sshfs"),
        ("/near/store.db", ""),
        ("/plan/store.db", "9p"),
    ],
)
def test_the_innermost_and_last_mount_says_what_a_path_lies_on(tmp_path: Path, path: str, kind: str) -> None:
    """A local disk inside a network share is local, and a share mounted over a disk is a share."""
    mounts = tmp_path / "mountinfo"
    mounts.write_text(_MOUNTS, encoding="utf-8")
    assert shared_filesystem(Path(path), mounts) == kind


def test_without_the_kernels_list_nothing_is_held_against_a_path(tmp_path: Path) -> None:
    """On a machine without /proc the store opens."""
    assert shared_filesystem(tmp_path, tmp_path / "missing") == ""


def test_a_link_is_followed_to_where_the_file_lies(tmp_path: Path) -> None:
    """It is the target's filesystem that counts."""
    mounts = tmp_path / "mountinfo"
    mounts.write_text(_MOUNTS, encoding="utf-8")
    (tmp_path / "store.db").symlink_to("/srv/store.db")
    assert shared_filesystem(tmp_path / "store.db", mounts) == "nfs4"


def test_a_store_on_a_network_filesystem_is_refused_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sentence says what to use instead, and no file is made."""
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"22 1 0:40 / {tmp_path} rw - nfs 10.0.0.1:/export rw\n", encoding="utf-8")
    monkeypatch.setattr(filesystem.shared_filesystem, "__defaults__", (mounts,))
    with pytest.raises(DatastoreError, match=r"network filesystem \(nfs\).*share etcd instead$"):
        connect(tmp_path / "store.db")
    assert not (tmp_path / "store.db").exists()
