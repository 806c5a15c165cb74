"""OpenBGPD's portable edition in a namespace, asked by bgpctl."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.daemons import Daemon, program
from tests.support.netns import Namespace

# It looks its user up in /etc/passwd and writes below /run: it gets its own, in the command's mount namespace.
_AT_HOME = 'mount -t tmpfs own /run && mount --bind "$0" /etc/passwd && exec "$@"'


class OpenBgpd(Daemon):
    """bgpd in the foreground."""

    def __init__(self, namespace: Namespace, folder: Path, configuration: str) -> None:
        """Start bgpd with a configuration, to which its control socket is added, and wait until it answers."""
        self._client, bgpd = program("openbgpd", "/usr/sbin/bgpctl"), program("openbgpd", "/usr/sbin/bgpd")
        super().__init__(namespace, folder)
        self._socket = self._sockets / "ctl"
        file = self._file("bgpd.conf", f'socket "{self._socket}"\n{configuration}')
        file.chmod(0o600)
        home = self._sockets / "home"
        home.mkdir(mode=0o755)
        self._sockets.chmod(0o755)
        users = self._file("passwd", f"root:x:0:0::/root:/bin/sh\n_openbgpd:x:0:0::{home}:/bin/false\n")
        argv = ["sh", "-c", _AT_HOME, str(users), *bgpd.argv("-d", "-v", "-f", str(file))]
        self._start("bgpd", argv, lambda: "Neighbor" in self.ask("show", "summary", check=False))

    def ask(self, *words: str, check: bool = True) -> str:
        """Return bgpctl's answer: ``openbgpd.ask("show", "rib")``."""
        return self.namespace.run(self._client.argv("-s", str(self._socket), *words), check=check).stdout

    def ask_json(self, *words: str) -> Any:
        """Return bgpctl's answer as it prints it with ``-j``."""
        return json.loads(self.ask("-j", *words))

    def routes(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the routes of its RIB by prefix."""
        return {each["prefix"]: each for each in self.ask_json("show", "rib").get("rib", [])}

    def is_established(self, address: str) -> bool:
        """Tell whether the session with a neighbour is up."""
        neighbours = self.ask_json("show", "neighbor", address)["neighbors"]
        return any(each.get("state") == "Established" for each in neighbours)
