"""BIRD, FRR, GoBGP and OpenBGPD: how each is configured, started, and asked for its number of prefixes."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks._peers_daemon import PORT, Daemon
from benchmarks._peers_feed import BOGONS
from benchmarks._peers_links import DAEMON
from benchmarks._peers_octets import IPV4

# FRR wants its group, OpenBGPD its user: each gets its own, in the mount namespace that `ip netns exec` makes.
_AT_HOME: Final = (
    'mount -t tmpfs own /run && mount -t tmpfs own /var/tmp && mount --bind "$0" "$1" && shift && exec "$@"'
)


class Bird(Daemon):
    """BIRD 2."""

    package = "bird2"
    programs = ("bird", "birdc")

    def count(self) -> int:
        """Ask birdc; the one direct route of the link is no client's."""
        answer = self._ask(self._program(1).argv("-r", "-s", str(self.folder / "ctl"), "show route count"))
        networks = re.search(r"for (\d+) networks", answer)
        return int(networks[1]) - 1 if networks else -1

    def _command(self) -> Sequence[str]:
        policy = "filter feed" if self._settings.policy else "all"
        file = self._fill("bird.conf", policy=policy, bogons=", ".join(f"{text}+" for text in BOGONS))
        return self._program(0).argv("-f", "-c", str(file), "-s", str(self.folder / "ctl"))


class Frr(Daemon):
    """FRR's bgpd, without zebra."""

    package = "frr"
    programs = ("/usr/lib/frr/bgpd", "vtysh")

    def count(self) -> int:
        """Ask vtysh what was accepted from all peers: no two of them say the same where this is asked."""
        (self.folder / "vtysh.conf").write_text("username root nopassword\n", encoding="utf-8")
        words = ("--vty_socket", str(self.folder), "--config_dir", str(self.folder))
        show = f"show bgp {self._settings.family.name} unicast summary json"
        answer = self._ask(self._at_home(self._program(1).argv(*words, "-c", show)))
        received = re.findall(r'"pfxRcd":\s*(\d+)', answer)
        return sum(map(int, received)) if received else -1

    def _command(self) -> Sequence[str]:
        policy = "neighbor clients prefix-list feed in" if self._settings.policy else ""
        bogons = "\n".join(f"ip prefix-list feed deny {text} le 32" for text in BOGONS)
        file = self._fill("frr.conf", policy=policy, bogons=bogons)
        own = ("-u", "root", "-g", "root", "-P", "0", "-Z", "-S", "-n", "-l", DAEMON, "-p", str(PORT), "-f", str(file))
        place = ("--vty_socket", str(self.folder), "-i", str(self.folder / "pid"))
        return self._at_home(self._program(0).argv(*own, *place))

    def _at_home(self, argv: Sequence[str]) -> list[str]:
        group = self.folder / "group"
        text = Path("/etc/group").read_text(encoding="utf-8")
        group.write_text(text if "\nfrrvty:" in text else f"{text}frrvty:x:0:root\n", encoding="utf-8")
        return ["sh", "-c", _AT_HOME, str(group), "/etc/group", *argv]


class GoBgp(Daemon):
    """GoBGP."""

    package = "gobgpd"
    programs = ("gobgpd", "gobgp")

    def count(self) -> int:
        """Ask gobgp."""
        words = ("-u", "127.0.0.1", "-p", "50051", "global", "rib", "summary", "-a", self._settings.family.name)
        destinations = re.search(r"Destination:\s*(\d+)", self._ask(self._program(1).argv(*words)))
        return int(destinations[1]) if destinations else -1

    def _command(self) -> Sequence[str]:
        policy = '"feed"' if self._settings.policy else ""
        lengths = {text: f"{text.partition('/')[2]}..32" for text in BOGONS}
        sets = ", ".join(f'{{ ip-prefix = "{text}", masklength-range = "{span}" }}' for text, span in lengths.items())
        file = self._fill("gobgp.toml", policy=policy, bogons=sets)
        words = ("-f", str(file), "-t", "toml", "--api-hosts", "127.0.0.1:50051", "--pprof-disable", "-l", "fatal")
        return self._program(0).argv(*words, "--disable-stdlog")


class OpenBgpd(Daemon):
    """OpenBGPD's portable edition."""

    package = "openbgpd"
    programs = ("/usr/sbin/bgpd", "/usr/sbin/bgpctl")

    def count(self) -> int:
        """Ask bgpctl."""
        control = self._program(1).argv("-s", str(self.folder / "ctl"), "show", "rib", "memory")
        name = "IPv4" if self._settings.family is IPV4 else "IPv6"
        entries = re.search(rf"(\d+) {name} unicast network entries", self._ask(control))
        return int(entries[1]) if entries else -1

    def _command(self) -> Sequence[str]:
        is_ipv4 = self._settings.family is IPV4
        policy = "allow from any"
        if self._settings.policy:
            policy = "allow from any prefix 0.0.0.0/0 prefixlen 8 - 24\ndeny quick from any prefix-set bogons or-longer"
        file = self._fill(
            "openbgpd.conf",
            policy=policy,
            bogons=" ".join(BOGONS),
            socket=str(self.folder / "ctl"),
            ipv4="unicast" if is_ipv4 else "none",
            ipv6="none" if is_ipv4 else "unicast",
        )
        file.chmod(0o600)
        home = self.folder / "home"
        home.mkdir(mode=0o755)
        users = self.folder / "passwd"
        users.write_text(f"root:x:0:0::/root:/bin/sh\n_openbgpd:x:0:0::{home}:/bin/false\n", encoding="utf-8")
        daemon = self._program(0).argv("-d", "-f", str(file))
        return ["sh", "-c", _AT_HOME, str(users), "/etc/passwd", *daemon]
