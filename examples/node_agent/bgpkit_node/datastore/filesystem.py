"""On which filesystem a file lies: one that machines share by the network is no place for SQLite."""

import re
from pathlib import Path
from typing import Final

MOUNTS: Final = Path("/proc/self/mountinfo")

_SHARED: Final = frozenset(
    {"9p", "afs", "beegfs", "ceph", "cifs", "coda", "gfs", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs"}
    | {"nfs", "nfs4", "ocfs2", "orangefs", "pvfs2", "smb3", "smbfs"}
)
_SHARED_FUSE: Final = frozenset(
    {"ceph-fuse", "davfs", "gcsfuse", "glusterfs", "goofys", "juicefs", "mfs", "moosefs", "rclone", "s3fs", "sshfs"}
)
_ESCAPE: Final = re.compile(r"\\([0-7]{3})")


def shared_filesystem(path: Path, mounts: Path = MOUNTS) -> str:
    """Return the type of the network filesystem that ``path`` lies on, "" when it is none or cannot be found out.

    Its locks and shared memory do not reach other machines, or not reliably.
    """
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        place = path.resolve()
    except OSError:
        return ""
    kind, longest = "", -1
    for line in lines:
        before, _, after = line.partition(" - ")
        point = Path(_ESCAPE.sub(lambda found: chr(int(found[1], 8)), before.split()[4]))
        # Of several mounts on one point the last is seen.
        if place.is_relative_to(point) and len(point.parts) >= longest:
            kind, longest = after.split()[0], len(point.parts)
    return kind if kind in _SHARED or kind.removeprefix("fuse.") in _SHARED_FUSE else ""
