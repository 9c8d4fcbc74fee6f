"""A real control plane on loopback: etcd, kube-apiserver, kube-controller-manager, kube-scheduler.

Run as ``python -m tests.cluster.control_plane`` it serves in the foreground, prints the
administrator's kubeconfig and ends with Ctrl-C. It needs no root and forgets everything at its
end. There is no kubelet: pods stay Pending unless somebody patches pods/status.
"""

from __future__ import annotations

import json
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import urllib3

from tests.cluster.api import Api
from tests.cluster.build import BINARIES, find_assets
from tests.cluster.certificates import Certificates, make_certificates
from tests.cluster.processes import Process, free_ports, wait_until

START_SECONDS = 60.0

_CONTROLLER_MANAGER = "system:kube-controller-manager"
_SCHEDULER = "system:kube-scheduler"
# Who may sign in by token, "<user>-token", and with which groups; admin has a certificate as well.
USERS: Mapping[str, str] = MappingProxyType(
    {
        "admin": "system:masters",
        "alice": "students",
        "bob": "students",
        _CONTROLLER_MANAGER: "",
        _SCHEDULER: "",
    }
)


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """A running control plane: its folder, its address, its processes."""

    folder: Path
    server: str
    certificates: Certificates
    processes: tuple[Process, ...]

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig (group system:masters)."""
        return self.folder / "admin.kubeconfig"

    def kubeconfig_of(self, user: str) -> Path:
        """Writes the kubeconfig of one of USERS, signing in by token."""
        return _write_kubeconfig(
            self.folder / f"{user.replace(':', '-')}.kubeconfig",
            self.server,
            self.certificates,
            {"token": f"{user}-token"},
        )


@contextmanager
def running_control_plane(assets: Path, folder: Path) -> Iterator[ControlPlane]:
    """Starts all four servers, ready for use, and ends them afterwards.

    Args:
        assets: the folder with the binaries (``tests.cluster.build.find_assets``).
        folder: where keys, data and logs/ go; the logs stay.

    Raises:
        StartError: one of them did not start; the message shows the logs.
    """
    certificates = make_certificates(folder / "pki")
    etcd_port, peer_port, api_port = free_ports(3)
    plane = ControlPlane(folder, f"https://127.0.0.1:{api_port}", certificates, ())
    _write_users(folder / "users.csv")
    _write_administrator(plane)
    commands = {
        "etcd": _etcd(etcd_port, peer_port, folder),
        "kube-apiserver": _apiserver(api_port, etcd_port, folder, certificates),
        "kube-controller-manager": _controller_manager(plane),
        "kube-scheduler": _scheduler(plane),
    }
    with ExitStack() as stack:
        processes: list[Process] = []

        def start(name: str) -> None:
            process = Process.start(
                name,
                [str(assets / name), *commands[name]],
                log=folder / "logs" / f"{name}.log",
                cwd=folder,
            )
            stack.callback(process.stop)
            processes.append(process)

        start("etcd")
        start("kube-apiserver")
        api = Api(plane.kubeconfig)
        stack.callback(api.close)
        _wait(api, "/readyz", processes)
        start("kube-controller-manager")
        start("kube-scheduler")
        # Without it pods are refused: the last thing that a new cluster gets.
        _wait(api, "/api/v1/namespaces/default/serviceaccounts/default", processes)
        yield ControlPlane(folder, plane.server, certificates, tuple(processes))


def _wait(api: Api, path: str, processes: list[Process]) -> None:
    def answers() -> bool:
        try:
            return api.exists(path)
        except urllib3.exceptions.HTTPError:
            return False

    wait_until(answers, what=path, processes=processes, seconds=START_SECONDS)


def _etcd(port: int, peer_port: int, folder: Path) -> list[str]:
    client, peer = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{peer_port}"
    return [
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def _apiserver(port: int, etcd_port: int, folder: Path, certificates: Certificates) -> list[str]:
    return [
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        # The address above is no endpoint that pods could use.
        "--endpoint-reconciler-type=none",
        f"--etcd-servers=http://127.0.0.1:{etcd_port}",
        "--authorization-mode=RBAC",
        "--service-cluster-ip-range=10.96.0.0/16",
        f"--client-ca-file={certificates.authority}",
        f"--tls-cert-file={certificates.serving.certificate}",
        f"--tls-private-key-file={certificates.serving.key}",
        f"--token-auth-file={folder / 'users.csv'}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={certificates.accounts_public_key}",
        f"--service-account-signing-key-file={certificates.accounts_key}",
        "--profiling=false",
    ]


def _controller_manager(plane: ControlPlane) -> list[str]:
    return [
        f"--kubeconfig={plane.kubeconfig_of(_CONTROLLER_MANAGER)}",
        "--secure-port=0",
        "--leader-elect=false",
        "--use-service-account-credentials=true",
        f"--root-ca-file={plane.certificates.authority}",
        f"--service-account-private-key-file={plane.certificates.accounts_key}",
        f"--flex-volume-plugin-dir={plane.folder / 'flex'}",
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
    ]


def _scheduler(plane: ControlPlane) -> list[str]:
    return [
        f"--kubeconfig={plane.kubeconfig_of(_SCHEDULER)}",
        "--secure-port=0",
        "--leader-elect=false",
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
    ]


def _write_users(path: Path) -> None:
    path.touch(mode=0o600)
    path.write_text("".join(f'{u}-token,{u},uid-{u},"{groups}"\n' for u, groups in USERS.items()))


def _write_administrator(plane: ControlPlane) -> None:
    pair = plane.certificates.administrator
    user = {"client-certificate": str(pair.certificate), "client-key": str(pair.key)}
    _write_kubeconfig(plane.kubeconfig, plane.server, plane.certificates, user)


def _write_kubeconfig(
    path: Path, server: str, certificates: Certificates, user: dict[str, str]
) -> Path:
    cluster = {"server": server, "certificate-authority": str(certificates.authority)}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "tests", "cluster": cluster}],
        "users": [{"name": "user", "user": user}],
        "contexts": [{"name": "tests", "context": {"cluster": "tests", "user": "user"}}],
        "current-context": "tests",
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(config, indent=2))
    return path


def main() -> int:
    """Serves until SIGINT or SIGTERM."""
    assets = find_assets()
    if assets is None:
        print(f"no folder with {', '.join(BINARIES)}: run make cluster", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        suppress(KeyboardInterrupt),
        tempfile.TemporaryDirectory(prefix="control-plane-") as folder,
        running_control_plane(assets, Path(folder)) as plane,
    ):
        print(f"export KUBECONFIG={plane.kubeconfig}", flush=True)
        signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main())
