from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from nbcore.actions import LastAction, Verb
from nbcore.builder import Manifests, build
from nbcore.catalog import shipped_catalog
from nbcore.form import ExistingVolume, NewVolume, NotebookForm, NoVolume, ServiceType
from nbcore.ides import IdeType
from nbcore.notebook import Gpus, Notebook
from nbcore.podspec import mounts_without_volume
from tests.nbcore.builders import IMAGE, form

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _built(typed: NotebookForm) -> Manifests:
    return build(typed, owner="alice", now=NOON)


def _pod(typed: NotebookForm) -> dict[str, Any]:
    return dict(_built(typed).notebook["spec"]["template"]["spec"])


def test_given_a_form_when_built_then_the_notebook_is_the_design_documents() -> None:
    made = _built(form("churn-model", cpu=2, memory="8Gi")).notebook

    assert (made["apiVersion"], made["kind"]) == ("ml.oneblock.ai/v1", "Notebook")
    assert made["metadata"]["labels"] == {"ml.oneblock.ai/notebook-type": "jupyter"}
    assert made["metadata"]["annotations"]["ml.oneblock.ai/owner"] == "alice"
    assert made["spec"] == {
        "serviceType": "ClusterIP",
        "template": {
            "spec": {
                "automountServiceAccountToken": False,
                "containers": [
                    {
                        "name": "churn-model",
                        "image": IMAGE,
                        "resources": {
                            "requests": {"cpu": "2", "memory": "8Gi"},
                            "limits": {"cpu": "2", "memory": "8Gi"},
                        },
                        "volumeMounts": [
                            {"name": "home", "mountPath": "/home/jovyan"},
                            {"name": "dshm", "mountPath": "/dev/shm"},  # noqa: S108 a path in the pod
                        ],
                    }
                ],
                "volumes": [
                    {"name": "home", "persistentVolumeClaim": {"claimName": "churn-model"}},
                    {"name": "dshm", "emptyDir": {"medium": "Memory"}},
                ],
            }
        },
    }


def test_given_a_form_when_built_then_who_and_when_is_written_on_both_objects() -> None:
    made = _built(form())

    assert made.volume
    for found in (made.notebook, made.volume):
        assert LastAction.from_object(found) == LastAction(Verb.CREATE, "alice", NOON)


def test_given_a_new_volume_of_the_default_class_when_built_then_the_field_is_left_out() -> None:
    made = _built(form(volume=NewVolume("data", 20))).volume

    assert made
    assert made["metadata"]["name"] == "data"
    assert made["metadata"]["namespace"] == "demo"
    assert made["spec"] == {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "20Gi"}},
    }


def test_given_a_chosen_class_when_built_then_the_claim_names_it() -> None:
    made = _built(form(volume=NewVolume("data", "1Gi", "fast"))).volume

    assert made
    assert made["spec"]["storageClassName"] == "fast"


def test_given_an_existing_volume_when_built_then_it_is_mounted_and_not_made() -> None:
    typed = form(volume=ExistingVolume("old"))

    assert _built(typed).volume is None
    assert _pod(typed)["volumes"][0]["persistentVolumeClaim"] == {"claimName": "old"}


def test_given_no_volume_and_no_shared_memory_when_built_then_nothing_is_mounted() -> None:
    typed = form(volume=NoVolume(), shared_memory=False)

    assert _built(typed).volume is None
    assert "volumes" not in _pod(typed)
    assert "volumeMounts" not in _pod(typed)["containers"][0]


@pytest.mark.parametrize(
    ("resource", "runtime_class"),
    [("nvidia.com/gpu", "nvidia"), ("nvidia.com/mig-1g.5gb", "nvidia"), ("amd.com/gpu", None)],
)
def test_given_gpus_when_built_then_limit_and_runtime_class_are_set(
    resource: str, runtime_class: str | None
) -> None:
    pod = _pod(form(gpu_count=3, gpu_resource=resource))

    assert pod["containers"][0]["resources"]["limits"][resource] == "3"
    assert resource not in pod["containers"][0]["resources"]["requests"]
    assert pod.get("runtimeClassName") == runtime_class


def test_given_no_gpu_when_built_then_there_is_no_runtime_class() -> None:
    assert "runtimeClassName" not in _pod(form(gpu_count=0))


def test_given_a_size_of_shared_memory_when_built_then_it_is_the_limit() -> None:
    pod = _pod(form(shared_memory_size=0.5))

    assert pod["volumes"][1]["emptyDir"] == {"medium": "Memory", "sizeLimit": "512Mi"}


def test_given_variables_and_service_type_when_built_then_they_are_in_it() -> None:
    typed = form(environment=(("A", "1"),), service_type=ServiceType.NODE_PORT)

    assert _pod(typed)["containers"][0]["env"] == [{"name": "A", "value": "1"}]
    assert _built(typed).notebook["spec"]["serviceType"] == "NodePort"


@pytest.mark.parametrize("ide", IdeType)
def test_given_a_form_when_built_and_read_again_then_it_is_the_same_notebook(ide: IdeType) -> None:
    typed = form("nb", type=ide, image="team/lab:1", gpu_count=1, cpu="0.5", memory="1Gi")

    read = Notebook.from_object(_built(typed).notebook, shipped_catalog())

    assert read.type is ide
    assert (read.metadata.owner, read.volume, read.image) == ("alice", "nb", "team/lab:1")
    assert read.gpus == (Gpus("nvidia.com/gpu", 1),)
    assert read.cpu
    assert read.memory
    assert (read.cpu.text, read.memory.text) == ("500m", "1Gi")
    assert mounts_without_volume(_pod(typed)) == ()


def test_given_manifests_when_shown_as_yaml_then_it_is_what_will_be_sent() -> None:
    made = _built(form(environment=(("A", "1e3"), ("B", "x: *y"))))

    shown = made.to_yaml()

    assert list(yaml.safe_load_all(shown)) == [made.volume, made.notebook]
    assert "&id" not in shown
    assert shown.startswith("apiVersion: v1\nkind: PersistentVolumeClaim\n")


def test_given_no_new_volume_when_shown_as_yaml_then_there_is_one_document() -> None:
    assert "---" not in _built(form(volume=NoVolume())).to_yaml()
