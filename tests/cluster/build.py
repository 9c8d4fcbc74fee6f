"""Builds etcd and the Kubernetes control plane from Go modules, once, into the user's cache.

Run as ``python -m tests.cluster.build`` (``make cluster``). It prints the folder, which suits
KUBEBUILDER_ASSETS, the convention of envtest: a folder with etcd, kube-apiserver and kubectl in it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

KUBERNETES = "1.36.2"
COMPONENTS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl")
BINARIES = ("etcd", *COMPONENTS)
SOURCES = Path(__file__).parent


def cache_folder() -> Path:
    """Where built binaries are kept between checkouts (the XDG base directory specification)."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "oneblock-notebooks" / "control-plane" / KUBERNETES


def is_complete(folder: Path) -> bool:
    """Whether every binary of the control plane is in the folder."""
    return all(os.access(folder / name, os.X_OK) for name in BINARIES)


def find_assets() -> Path | None:
    """The complete folder that KUBEBUILDER_ASSETS names; without it, the cache; else None."""
    named = os.environ.get("KUBEBUILDER_ASSETS")
    folders = [Path(named)] if named else [cache_folder()]
    return next((folder for folder in folders if is_complete(folder)), None)


def build(target: Path) -> None:
    """Builds all binaries; they appear in ``target`` together or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        staging = Path(folder) / "bin"
        _go_build(SOURCES / "etcd", staging / "etcd", flags="-s -w")
        _go_build(SOURCES / "kube", staging / COMPONENTS[0], flags=f"-s -w {_version_flags()}")
        for name in COMPONENTS[1:]:
            os.link(staging / COMPONENTS[0], staging / name)
        shutil.rmtree(target, ignore_errors=True)
        staging.rename(target)


def _version_flags() -> str:
    major, minor, _ = KUBERNETES.split(".")
    values = {"gitVersion": f"v{KUBERNETES}", "gitMajor": major, "gitMinor": minor}
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    return " ".join(f"-X {p}.{key}={value}" for p in packages for key, value in values.items())


def _go_build(module: Path, output: Path, *, flags: str) -> None:
    print(f"building {output.name} from {module.name}/go.mod", flush=True)
    subprocess.run(
        ["go", "build", "-mod=readonly", "-trimpath", "-ldflags", flags, "-o", str(output), "."],
        cwd=module,
        env={**os.environ, "CGO_ENABLED": "0"},
        check=True,
    )


def main() -> int:
    """Finds or builds the binaries and prints their folder."""
    found = find_assets()
    if found is None:
        if shutil.which("go") is None:
            print("make cluster needs Go 1.26 or newer, or KUBEBUILDER_ASSETS naming a folder with")
            print(f"{', '.join(BINARIES)} in it", file=sys.stderr)
            return 1
        print(
            "about 9 minutes on two cores, once; the result is kept in", cache_folder(), flush=True
        )
        build(cache_folder())
        found = cache_folder()
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
