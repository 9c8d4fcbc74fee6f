# ruff: noqa: S108  (paths inside a pod, not files of ours)
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sandbox.client import Object
from sandbox.node.folders import make
from sandbox.node.mounts import Link, MountError, Mounts, plan
from tests.sandbox.objects import container, pod

FOLDER = Path("/data/pods/uid")
VOLUME = Path("/data/volumes/pvc-1")
CLAIM = {"persistentVolumeClaim": {"claimName": "lab"}}


def planned(source: Object, path: str, **mount: Any) -> Mounts:
    made = container(volumeMounts=[{"name": "v", "mountPath": path, **mount}])
    return plan(
        pod(volumes=[{"name": "v", **source}]),
        made,
        FOLDER,
        lambda claim: VOLUME if claim == "lab" else None,
    )


OWN = Mounts(FOLDER / "home", FOLDER / "tmp")


@pytest.mark.parametrize(
    ("source", "path", "expected"),
    [
        pytest.param(CLAIM, "/home/jovyan", Mounts(VOLUME, OWN.tmp), id="the home"),
        pytest.param(CLAIM, "/home/jovyan/", Mounts(VOLUME, OWN.tmp), id="with a slash"),
        pytest.param(
            CLAIM,
            "/home/jovyan/data",
            Mounts(OWN.home, OWN.tmp, (Link("data", VOLUME),)),
            id="below the home",
        ),
        pytest.param(
            {"emptyDir": {}},
            "/home/jovyan/scratch",
            Mounts(OWN.home, OWN.tmp, (Link("scratch", FOLDER / "volumes/v"),)),
            id="an empty folder",
        ),
        pytest.param({"emptyDir": {"medium": "Memory"}}, "/dev/shm", OWN, id="shared memory"),
        pytest.param(
            {"projected": {"sources": []}},
            "/var/run/secrets/kubernetes.io/serviceaccount",
            OWN,
            id="the token of a ServiceAccount",
        ),
        pytest.param(
            {"emptyDir": {}}, "/tmp", Mounts(OWN.home, FOLDER / "volumes/v"), id="temporary files"
        ),
    ],
)
def test_given_a_mount_when_planned_then_it_has_its_folder(
    source: Object, path: str, expected: Mounts
) -> None:
    assert planned(source, path) == expected


@pytest.mark.parametrize(
    ("source", "path", "more", "words"),
    [
        pytest.param(CLAIM, "/data", {}, "not at /data", id="outside the home"),
        pytest.param(CLAIM, "/home", {}, "not at /home", id="above the home"),
        pytest.param(CLAIM, "/", {}, "not at /", id="the root"),
        pytest.param(CLAIM, "/home/jovyan/a\0b", {}, "not at", id="a zero character"),
        pytest.param(CLAIM, "/home/jovyan/../x", {}, "not at /home/x", id="climbing out"),
        pytest.param(CLAIM, "/home/jovyan-x", {}, "not at /home/jovyan-x", id="beside the home"),
        pytest.param({"hostPath": {"path": "/"}}, "/home/jovyan", {}, "hostPath", id="host path"),
        pytest.param({"secret": {}}, "/home/jovyan/s", {}, "kind secret", id="secret"),
        pytest.param({"configMap": {}}, "/home/jovyan/s", {}, "kind configMap", id="config map"),
        pytest.param(CLAIM, "/home/jovyan", {"subPath": "../x"}, "subPath", id="sub path"),
        pytest.param(CLAIM, "/home/jovyan", {"name": "other"}, '"other" is not', id="no volume"),
        pytest.param(
            {"persistentVolumeClaim": {"claimName": "gone"}},
            "/home/jovyan",
            {},
            'persistentvolumeclaim "gone"',
            id="no claim",
        ),
    ],
)
def test_given_a_mount_that_cannot_be_when_planned_then_it_is_refused(
    source: Object, path: str, more: Object, words: str
) -> None:
    with pytest.raises(MountError, match=words):
        planned(source, path, **more)


def test_given_links_of_an_earlier_pod_when_made_again_then_only_todays_are_there(
    tmp_path: Path,
) -> None:
    mounts = Mounts(tmp_path / "home", tmp_path / "tmp", (Link("data", tmp_path / "volume"),))
    make(mounts, tmp_path)
    (mounts.home / "data" / "file").write_text("kept")

    make(Mounts(mounts.home, mounts.tmp), tmp_path)

    assert not (mounts.home / "data").exists()
    assert (tmp_path / "volume" / "file").read_text() == "kept"


def test_given_the_same_links_when_made_twice_then_nested_ones_stay(tmp_path: Path) -> None:
    mounts = Mounts(tmp_path / "home", tmp_path / "tmp", (Link("a/b", tmp_path / "volume"),))

    make(mounts, tmp_path)
    make(mounts, tmp_path)

    assert (mounts.home / "a" / "b").readlink() == tmp_path / "volume"


@pytest.mark.parametrize("path", ["data", "away/data"])
def test_given_something_in_the_way_when_linked_then_it_is_never_replaced(
    tmp_path: Path, path: str
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "data").write_text("mine")
    (home / "away").symlink_to("/")

    with pytest.raises(MountError, match="cannot link"):
        make(Mounts(home, tmp_path / "tmp", (Link(path, tmp_path / "volume"),)), tmp_path)

    assert (home / "data").read_text() == "mine"
