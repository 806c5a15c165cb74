"""A container image that needs no registry: busybox in an archive as ``docker save`` writes it."""

import hashlib
import io
import json
import shutil
import tarfile
from pathlib import Path
from typing import Final

NAME: Final = "localhost/pause:1"
"""What the image is called once it is loaded."""
_TOOLS: Final = ("sh", "sleep", "ping", "ping6", "ip", "cat")


def write_image(archive: Path, busybox: Path) -> None:
    """Write the image with the static ``busybox`` to ``archive``; it sleeps unless it is given another command."""
    layer = _layer(busybox)
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Cmd": ["/bin/sleep", "2147483"], "Env": ["PATH=/bin"]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
    }
    manifest = [{"Config": "config.json", "RepoTags": [NAME], "Layers": ["layer.tar"]}]
    with tarfile.open(archive, "w") as image:
        _add(image, "config.json", json.dumps(config).encode())
        _add(image, "layer.tar", layer)
        _add(image, "manifest.json", json.dumps(manifest).encode())


def _layer(busybox: Path) -> bytes:
    octets = io.BytesIO()
    with tarfile.open(fileobj=octets, mode="w") as layer:
        for name in ("bin", "etc", "proc", "sys", "dev", "tmp"):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            layer.addfile(folder)
        program = tarfile.TarInfo("bin/busybox")
        program.size, program.mode = busybox.stat().st_size, 0o755
        with busybox.open("rb") as file:
            layer.addfile(program, file)
        for tool in _TOOLS:
            link = tarfile.TarInfo(f"bin/{tool}")
            link.type, link.linkname = tarfile.SYMTYPE, "/bin/busybox"
            layer.addfile(link)
        _add(layer, "etc/passwd", b"root:x:0:0:root:/:/bin/sh\n")
    return octets.getvalue()


def _add(archive: tarfile.TarFile, name: str, octets: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(octets), 0o644
    archive.addfile(entry, io.BytesIO(octets))


def copy_plugin(folder: Path, plugin: Path) -> None:
    """Put a plugin of others into the ``folder`` of executables."""
    shutil.copy(plugin, folder / plugin.name)
