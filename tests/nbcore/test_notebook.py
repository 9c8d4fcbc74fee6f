from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from hypothesis import given

from nbcore.catalog import shipped_catalog
from nbcore.errors import MalformedNotebookError
from nbcore.form import ServiceType
from nbcore.ides import IdeType
from nbcore.notebook import Gpus, Metadata, Notebook
from nbcore.quantities import parse_quantity
from nbcore.status import Phase
from tests.nbcore.builders import notebook, with_home
from tests.nbcore.strange import strange_objects

# The manifest of the design document, typo and all.
DESIGN_DOCUMENT = yaml.safe_load("""
apiVersion: ml.oneblock.ai/v1
kind: Notebook
metadata:
  name: nb-jupyter
  namespace: default
  labels:
    ml.oneblock.ai/notebook-type: juptyer
spec:
  serviceType: NodePort
  template:
    spec:
      containers:
      - image: kubeflownotebookswg/jupyter-scipy:v1.8.0
        name: nb-jupyter
        resources:
          requests:
            cpu: 200m
            memory: 500Mi
          limits:
            cpu: 500m
            memory: 1Gi
        volumeMounts:
        - mountPath: /home/jovyan
          name: test-vol
        - mountPath: /dev/shm
          name: dshm
      volumes:
      - name: test-vol
        persistentVolumeClaim:
          claimName: nb-jupyter
      - emptyDir:
          medium: Memory
        name: dshm
""")


def _read(found: dict[str, Any]) -> Notebook:
    return Notebook.from_object(found, shipped_catalog())


def test_given_the_design_documents_manifest_when_read_then_it_is_understood() -> None:
    found = _read(DESIGN_DOCUMENT)

    assert found.metadata.name == "nb-jupyter"
    assert (found.type, found.is_type_known) == (IdeType.JUPYTER, True)
    assert found.image == "kubeflownotebookswg/jupyter-scipy:v1.8.0"
    assert (found.cpu, found.memory) == (parse_quantity("200m"), parse_quantity("500Mi"))
    assert (found.volume, found.claims) == ("nb-jupyter", ("nb-jupyter",))
    assert found.service_type is ServiceType.NODE_PORT
    assert not found.is_suspended
    assert found.phase is Phase.PENDING


@pytest.mark.parametrize(
    ("label", "image", "ide", "is_known"),
    [
        pytest.param("rstudio", "x", IdeType.RSTUDIO, True, id="label"),
        pytest.param("juptyer", "x", IdeType.JUPYTER, True, id="the typo"),
        pytest.param(
            "rstudio",
            "kubeflownotebookswg/codeserver-python:v1.8.0",
            IdeType.RSTUDIO,
            True,
            id="the label wins over the catalog",
        ),
        pytest.param(
            None,
            "kubeflownotebookswg/codeserver-python:v1.8.0",
            IdeType.CODE_SERVER,
            True,
            id="no label, image in the catalog",
        ),
        pytest.param(
            "zed",
            "kubeflownotebookswg/rstudio-tidyverse:v1.8.0",
            IdeType.RSTUDIO,
            True,
            id="strange label, image in the catalog",
        ),
        pytest.param("zed", "x", IdeType.JUPYTER, False, id="nothing known"),
    ],
)
def test_given_label_and_image_when_read_then_the_type_is_found(
    label: str | None, image: str, ide: IdeType, *, is_known: bool
) -> None:
    found = _read(notebook(label=label, container={"image": image}))

    assert (found.type, found.is_type_known) == (ide, is_known)


def test_given_accelerators_when_read_then_each_kind_is_counted() -> None:
    limits = {"nvidia.com/gpu": "2", "amd.com/gpu": 1, "google.com/tpu": 0, "example.com/x": 5}

    found = _read(notebook(container={"resources": {"limits": limits}}))

    assert found.gpus == (Gpus("amd.com/gpu", 1), Gpus("nvidia.com/gpu", 2))
    assert found.cpu is None


def test_given_metadata_when_read_then_owner_and_age_are_there() -> None:
    metadata = {
        "annotations": {"ml.oneblock.ai/owner": "alice"},
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "deletionTimestamp": "2026-01-02T00:00:00Z",
    }

    found = _read(notebook(metadata=metadata))

    assert found.metadata == Metadata(
        "nb", "demo", "uid-of-nb", "alice", datetime(2026, 1, 1, tzinfo=UTC), is_terminating=True
    )
    assert found.phase is Phase.TERMINATING


@pytest.mark.parametrize(
    ("said", "suspend", "shown"),
    [
        (None, False, Phase.PENDING),
        ("Ready", False, Phase.READY),
        ("Ready", True, Phase.STOPPING),
        ("Failed", True, Phase.STOPPING),
        ("Stopping", True, Phase.STOPPING),
        ("Stopped", True, Phase.STOPPED),
        ("Stopped", False, Phase.STARTING),
        ("Stopping", False, Phase.STARTING),
        ("Starting", False, Phase.STARTING),
    ],
)
def test_given_a_click_just_now_when_shown_then_the_phase_follows_it(
    said: str | None, shown: Phase, *, suspend: bool
) -> None:
    found = notebook(spec={"suspend": suspend}, status={"phase": said})

    assert _read(found).phase is shown


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        pytest.param({}, "metadata.name is missing", id="nothing"),
        pytest.param(notebook(metadata={"name": 1}), "metadata.name is missing", id="name"),
        pytest.param(notebook(spec={"suspend": "yes"}), "spec.suspend is neither", id="suspend"),
        pytest.param(notebook(spec={"serviceType": "X"}), "serviceType is none of", id="service"),
        pytest.param(notebook(spec={"serviceType": []}), "serviceType is none of", id="a list"),
        pytest.param(notebook(pod={"containers": []}), "containers is empty", id="containers"),
        pytest.param(
            notebook(container={"resources": {"limits": {"cpu": "abc"}}}), "limits.cpu", id="cpu"
        ),
    ],
)
def test_given_a_strange_notebook_when_read_then_the_words_say_what_is_wrong(
    found: dict[str, Any], problem: str
) -> None:
    with pytest.raises(MalformedNotebookError, match=problem):
        _read(found)


def test_given_a_volume_elsewhere_when_read_then_it_is_a_claim_but_not_home() -> None:
    arguments = with_home("alices")
    arguments["container"]["volumeMounts"][0]["mountPath"] = "/data"

    found = _read(notebook(**arguments))

    assert (found.volume, found.claims) == ("", ("alices",))


@given(strange_objects())
def test_given_any_json_when_read_then_it_is_a_notebook_or_malformed(found: Any) -> None:
    with suppress(MalformedNotebookError):
        assert _read(found).metadata.name
