"""etcd for tests: one member or three, on loopback, with TLS for clients and peers or without."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

from bgpkit_node.datastore.settings import EtcdSettings, Pem
from tests.support.certificates import Authority, Signed
from tests.support.daemons import program
from tests.support.netns import Namespace
from tests.support.processes import RunningProcess, wait_until

HOST = "127.0.0.1"


class Member:
    """One member: its endpoint, and the process while it lives."""

    def __init__(self, name: str, folder: Path, ports: tuple[int, int], argv: Sequence[str]) -> None:
        """Take the command line that starts it."""
        self.name = name
        self.client, self.peer = ports
        self._argv = argv
        self._folder = folder
        self._lives = 0
        self._process: RunningProcess | None = None

    def start(self) -> None:
        """Start it, with the data of its former life if there was one."""
        self._lives += 1
        self._process = RunningProcess(self._argv, self._folder / f"{self.name}-{self._lives}.log")

    @property
    def process(self) -> RunningProcess:
        """The running process."""
        assert self._process is not None
        return self._process

    def kill(self) -> None:
        """End it as a crash does."""
        self.process.kill()

    def freeze(self) -> None:
        """Let it hear and say nothing until it is thawed."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        os.kill(self.process.pid, signal.SIGCONT)

    def end(self) -> None:
        """End it in any state."""
        if self._process is not None and self._process.is_running:
            self._process.kill()


class EtcdCluster:
    """A cluster of ``size`` members."""

    def __init__(
        self, folder: Path, size: int = 1, *, tls: bool = False, host: str = HOST, within: Namespace | None = None
    ) -> None:
        """Start the members, on an address ``within`` a namespace if one is given; wait until they have a leader."""
        self._folder = folder
        self._host = host
        self._within = within
        self._etcdctl = program("etcd-client", "etcdctl")
        self.scheme = "https" if tls else "http"
        self.authority = Authority(folder) if tls else None
        self._signed = self.authority.sign("server") if self.authority else None
        self.client = self.authority.sign("client") if self.authority else None
        ports = _free_ports(2 * size)
        names = [f"m{number}" for number in range(size)]
        pairs = list(zip(ports[::2], ports[1::2], strict=True))
        peers = ",".join(f"{name}={self._url(peer)}" for name, (_, peer) in zip(names, pairs, strict=True))
        self.members = [
            Member(name, folder, pair, self._inside(self._argv(name, pair, peers)))
            for name, pair in zip(names, pairs, strict=True)
        ]
        try:
            for member in self.members:
                member.start()
            wait_until(lambda: self.leader() is not None, "etcd has a leader", 30)
        except BaseException:
            self.stop()
            raise

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The URLs of all members."""
        return tuple(self._url(member.client) for member in self.members)

    def settings(self, *, client: Signed | None = None, user: str = "") -> EtcdSettings:
        """Return the settings of a client that shows ``client``, or that made for all, and is ``user:pw``."""
        username, _, password = user.partition(":")
        shown = client or self.client
        if self.authority is None or shown is None:
            return EtcdSettings(endpoints=self.endpoints, username=username, password=password)
        return EtcdSettings(
            endpoints=self.endpoints,
            authority=Pem("authority", self.authority.certificate),
            certificate=Pem("certificate", shown.certificate),
            key=Pem("key", shown.key),
            username=username,
            password=password,
        )

    def ask(self, *words: str, member: Member | None = None, user: str = "", check: bool = True) -> str:
        """Return etcdctl's answer."""
        endpoints = self._url(member.client) if member else ",".join(self.endpoints)
        shown = [f"--user={user}"] if user else []
        if self.authority and self.client:
            shown += [f"--cacert={self.authority.certificate}"]
            shown += [f"--cert={self.client.certificate}", f"--key={self.client.key}"]
        options = (*shown, f"--endpoints={endpoints}", "--command-timeout=5s")
        argv = self._inside(self._etcdctl.argv(*options, *words))
        answer = subprocess.run(
            argv, env={**os.environ, "ETCDCTL_API": "3"}, capture_output=True, text=True, timeout=30, check=False
        )
        assert not check or answer.returncode == 0, answer.stderr
        return answer.stdout

    def leader(self) -> Member | None:
        """Return the member that all living members call the leader, None when they do not agree or cannot say."""
        found: set[int] = set()
        known: dict[int, Member] = {}
        for member in self.members:
            if not member.process.is_running:
                continue
            answer = self.ask("endpoint", "status", "-w", "json", member=member, check=False)
            if not answer.strip():
                return None
            status = json.loads(answer)[0]["Status"]
            known[status["header"]["member_id"]] = member
            found.add(status.get("leader", 0))
        return known.get(found.pop()) if len(found) == 1 else None

    def stop(self) -> None:
        """End all members."""
        for member in self.members:
            member.end()

    def _url(self, port: int) -> str:
        return f"{self.scheme}://{self._host}:{port}"

    def _inside(self, argv: list[str]) -> list[str]:
        return self._within.command(argv) if self._within else argv

    def _argv(self, name: str, ports: tuple[int, int], peers: str) -> list[str]:
        client, peer = (self._url(port) for port in ports)
        words = [
            *("--name", name, "--data-dir", str(self._folder / f"{name}.etcd"), "--logger", "zap"),
            *("--heartbeat-interval", "50", "--election-timeout", "500"),
            *("--listen-client-urls", client, "--advertise-client-urls", client),
            *("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer),
            *("--initial-cluster", peers, "--initial-cluster-state", "new"),
        ]
        if self.authority and self._signed:
            trusted, certificate, key = map(
                str, (self.authority.certificate, self._signed.certificate, self._signed.key)
            )
            words += ["--client-cert-auth", "--trusted-ca-file", trusted, "--cert-file", certificate]
            words += ["--key-file", key, "--peer-client-cert-auth", "--peer-trusted-ca-file", trusted]
            words += ["--peer-cert-file", certificate, "--peer-key-file", key]
        return program("etcd-server", "etcd").argv(*words)


def _free_ports(number: int) -> list[int]:
    sockets = [socket.socket() for _ in range(number)]
    try:
        for one in sockets:
            one.bind((HOST, 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()
