"""The manifests of the design document, character by character, are accepted unchanged."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from nbcore.kube.resources import NOTEBOOKS, SETTINGS
from tests.cluster.servers import ApiServer
from tests.contract.kubectl import Kubectl

NOTEBOOK = """\
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
#      runtimeClassName: nvidia # enable when GPU is required
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
#           nvidia.com/gpu: 1 # optional, requesting 1 GPU
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
"""
NOTEBOOK_WITH_GPU = NOTEBOOK.replace("#      runtimeClassName", "      runtimeClassName").replace(
    "#           nvidia.com/gpu", "            nvidia.com/gpu"
)

SETTING = """\
apiVersion: management.oneblock.ai/v1
kind: Setting
metadata:
  name: notebook-default-images
default: '@CATALOG@'
"""


def _catalog() -> str:
    def entry(image: str, description: str, *, default: bool = False) -> str:
        tail = ',"default":true' if default else ""
        reference = f"kubeflownotebookswg/{image}:v1.8.0"
        return f'{{"containerImage":"{reference}","description":"{description}"{tail}}}'

    lab, cuda, full = "JupyterLab + PyTorch", " + CUDA", " + Common Packages"
    code = [entry("codeserver-python", "Visual Studio Code + Conda Python", default=True)]
    jupyter = [entry("jupyter-scipy", lab, default=True)]
    for framework in ("pytorch", "tensorflow"):
        jupyter += [
            entry(f"jupyter-{framework}", lab),
            entry(f"jupyter-{framework}-full", lab + full),
            entry(f"jupyter-{framework}-cuda", lab + cuda),
            entry(f"jupyter-{framework}-cuda-full", lab + cuda + full),
        ]
    rstudio = [entry("rstudio-tidyverse", "RStudio + Tidyverse", default=True)]
    groups = {"code-server": code, "jupyter": jupyter, "rstudio": rstudio}
    return "{" + ",".join(f'"{k}":[{",".join(v)}]' for k, v in groups.items()) + "}"


@pytest.mark.parametrize("manifest", [NOTEBOOK, NOTEBOOK_WITH_GPU], ids=["without GPU", "with GPU"])
def test_given_the_documents_notebook_when_created_strictly_then_it_is_kept_as_written(
    api_server: ApiServer, manifest: str
) -> None:
    body: Any = yaml.safe_load(manifest)
    body["metadata"]["namespace"] = api_server.namespace

    made = api_server.api.create(
        NOTEBOOKS.path(api_server.namespace), body, fieldValidation="Strict"
    )

    assert made["spec"] == body["spec"]
    assert made["metadata"]["labels"] == {"ml.oneblock.ai/notebook-type": "juptyer"}


@pytest.mark.parametrize("flag", ["--server-side=false", "--server-side=true"])
def test_given_the_documents_notebook_when_applied_by_kubectl_then_accepted_unchanged(
    api_server: ApiServer, kubectl: Kubectl, flag: str
) -> None:
    manifest = NOTEBOOK.replace("namespace: default", f"namespace: {api_server.namespace}")

    kubectl.ok("apply", flag, "-f", "-", stdin=manifest)

    got = api_server.api.get(NOTEBOOKS.path(api_server.namespace, "nb-jupyter"))
    assert got["spec"] == yaml.safe_load(manifest)["spec"]


def test_given_the_documents_setting_when_applied_then_the_catalog_is_kept_byte_for_byte(
    api_server: ApiServer, kubectl: Kubectl
) -> None:
    catalog = _catalog()

    kubectl.ok("apply", "-f", "-", stdin=SETTING.replace("@CATALOG@", catalog))

    path = SETTINGS.path(name="notebook-default-images")
    assert api_server.api.get(path)["default"] == catalog
    api_server.api.delete(path)
