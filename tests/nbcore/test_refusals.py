"""The sentences are those of kube-apiserver 1.36 and of RBAC, quota and admission plugins in it."""

from __future__ import annotations

import pytest

from nbcore.errors import (
    AlreadyExistsError,
    Cause,
    ClusterError,
    ForbiddenError,
    InvalidObjectError,
    NotFoundError,
)
from nbcore.form import Field
from nbcore.names import JsonObject
from nbcore.refusals import explain, is_about_rights
from tests.nbcore.builders import claim, notebook

RIGHTS = (
    'pods is forbidden: User "alice" cannot create resource "pods" in API group "" '
    'in the namespace "demo"'
)
QUOTA = (
    'pods "nb-0" is forbidden: exceeded quota: team, requested: {requested}, '
    "used: {used}, limited: {limited}"
)


@pytest.mark.parametrize(
    ("error", "sent", "field", "words"),
    [
        pytest.param(
            AlreadyExistsError("x"),
            notebook("churn-model"),
            Field.NAME,
            "demo already has a notebook churn-model. Try churn-model-2.",
            id="notebook's name taken",
        ),
        pytest.param(
            AlreadyExistsError("x"),
            claim("data"),
            Field.VOLUME_NAME,
            "demo already has a volume data. Choose Existing to use it, or try data-2.",
            id="volume's name taken",
        ),
        pytest.param(
            AlreadyExistsError('object is being deleted: persistentvolumeclaims "data" exists'),
            claim("data"),
            Field.VOLUME_NAME,
            "The volume data of demo is still being deleted. Wait, or try data-2.",
            id="volume on its way out",
        ),
        pytest.param(
            AlreadyExistsError('object is being deleted: notebooks.ml.oneblock.ai "nb" exists'),
            notebook("nb"),
            Field.NAME,
            "The notebook nb of demo is still being deleted. Wait, or try nb-2.",
            id="notebook on its way out",
        ),
        pytest.param(
            InvalidObjectError("x", causes=[Cause("<nil>", "Invalid value: rename it")]),
            notebook(),
            "",
            "rename it",
            id="a rule about the whole object",
        ),
        pytest.param(
            NotFoundError('namespaces "demo" not found'),
            claim(),
            Field.NAMESPACE,
            "There is no namespace demo.",
            id="no namespace",
        ),
        pytest.param(
            NotFoundError("the server could not find the requested resource"),
            notebook(),
            "",
            "The cluster does not know notebooks: an admin has to install the CRDs.",
            id="no CRD",
        ),
        pytest.param(NotFoundError("why ever"), claim(), "", "why ever", id="another 404"),
        pytest.param(
            ForbiddenError(RIGHTS), notebook(), "", "You may not create pods in demo.", id="rights"
        ),
        pytest.param(
            ForbiddenError(
                QUOTA.format(
                    requested="limits.memory=8Gi,requests.memory=8Gi",
                    used="limits.memory=60Gi,requests.memory=60Gi",
                    limited="limits.memory=64Gi,requests.memory=64Gi",
                )
            ),
            notebook(),
            Field.MEMORY,
            "Over the quota of demo: asks 8 GiB, 4 GiB left of 64 GiB. "
            "Stop something or ask for less.",
            id="quota of memory",
        ),
        pytest.param(
            ForbiddenError(
                QUOTA.format(
                    requested="requests.cpu=500m", used="requests.cpu=2", limited="requests.cpu=1"
                )
            ),
            notebook(),
            Field.CPU,
            "Over the quota of demo: asks 0.5 CPU, 0 CPU left of 1 CPU. "
            "Stop something or ask for less.",
            id="quota that was made smaller",
        ),
        pytest.param(
            ForbiddenError(
                QUOTA.format(
                    requested="requests.nvidia.com/gpu=2",
                    used="requests.nvidia.com/gpu=3",
                    limited="requests.nvidia.com/gpu=4",
                )
            ),
            notebook(),
            Field.GPU_COUNT,
            "Over the quota of demo: asks 2, 1 left of 4 nvidia.com/gpu. "
            "Stop something or ask for less.",
            id="quota of GPUs",
        ),
        pytest.param(
            ForbiddenError(
                QUOTA.format(
                    requested="requests.storage=20Gi",
                    used="requests.storage=0",
                    limited="requests.storage=10Gi",
                )
            ),
            claim(),
            Field.VOLUME_SIZE,
            "Over the quota of demo: asks 20 GiB, 10 GiB left of 10 GiB. "
            "Stop something or ask for less.",
            id="quota of storage",
        ),
        pytest.param(
            ForbiddenError(
                QUOTA.format(
                    requested="persistentvolumeclaims=1",
                    used="persistentvolumeclaims=1",
                    limited="persistentvolumeclaims=1",
                )
            ),
            claim(),
            Field.VOLUME,
            "Over the quota of demo: asks 1, 0 left of 1 volumes. Stop something or ask for less.",
            id="quota of volumes",
        ),
        pytest.param(
            ForbiddenError(
                QUOTA.format(
                    requested="count/notebooks.ml.oneblock.ai=1",
                    used="count/notebooks.ml.oneblock.ai=5",
                    limited="count/notebooks.ml.oneblock.ai=5",
                )
            ),
            notebook(),
            Field.NAMESPACE,
            "Over the quota of demo: asks 1, 0 left of 5 notebooks. "
            "Stop something or ask for less.",
            id="quota of notebooks",
        ),
        pytest.param(
            ForbiddenError(
                QUOTA.format(
                    requested="fast.storageclass.storage.k8s.io/requests.storage=20Gi",
                    used="fast.storageclass.storage.k8s.io/requests.storage=0",
                    limited="fast.storageclass.storage.k8s.io/requests.storage=10Gi",
                )
            ),
            claim(),
            Field.VOLUME_SIZE,
            "Over the quota of demo: asks 20 GiB, 10 GiB left of 10 GiB. "
            "Stop something or ask for less.",
            id="quota of a class's storage",
        ),
        pytest.param(
            ForbiddenError(
                QUOTA.format(
                    requested="fast.storageclass.storage.k8s.io/persistentvolumeclaims=1",
                    used="fast.storageclass.storage.k8s.io/persistentvolumeclaims=2",
                    limited="fast.storageclass.storage.k8s.io/persistentvolumeclaims=2",
                )
            ),
            claim(),
            Field.VOLUME,
            "Over the quota of demo: asks 1, 0 left of 2 volumes of class fast. "
            "Stop something or ask for less.",
            id="quota of a class's volumes",
        ),
        pytest.param(
            ForbiddenError(QUOTA.format(requested="pods=1", used="pods=2", limited="pods=2")),
            notebook(),
            "",
            "Over the quota of demo: asks 1, 0 left of 2 pods. Stop something or ask for less.",
            id="quota of pods",
        ),
        pytest.param(
            ForbiddenError(
                'pods "nb-0" is forbidden: failed quota: team: must specify limits.cpu for: nb; '
                "limits.memory for: nb"
            ),
            notebook(),
            Field.CPU,
            "The quota team of demo wants to know limits.cpu: say it.",
            id="nothing said of what is counted",
        ),
        pytest.param(
            ForbiddenError(
                'pods "nb-0" is forbidden: status unknown for quota: team, resources: pods'
            ),
            notebook(),
            "",
            "The quota team of demo is being counted. Try again in a moment.",
            id="quota that nobody has counted yet",
        ),
        pytest.param(
            ForbiddenError(
                'pods "nb-0" is forbidden: cpu max limit to request ratio per Container is 2, '
                "but provided ratio is 3.333333"
            ),
            notebook(),
            Field.CPU,
            "demo allows a limit of cpu of at most 2 times what is requested.",
            id="limit far above request",
        ),
        pytest.param(
            ForbiddenError(QUOTA.format(requested="odd", used="odder", limited="oddest")),
            notebook(),
            "",
            "Over the quota team of demo.",
            id="quota that is not understood",
        ),
        pytest.param(
            ForbiddenError(
                'pods "nb-0" is forbidden: maximum cpu usage per Container is 2, but limit is 4'
            ),
            notebook(),
            Field.CPU,
            "demo allows at most 2 CPU a container.",
            id="limit range",
        ),
        pytest.param(
            ForbiddenError(
                "minimum storage usage per PersistentVolumeClaim is 5Gi, but request is 1Gi"
            ),
            claim(),
            Field.VOLUME_SIZE,
            "demo allows at least 5 GiB a volume.",
            id="limit range of volumes",
        ),
        pytest.param(
            ForbiddenError("maximum cpu usage per Pod is lots, but limit is 4"),
            notebook(),
            Field.CPU,
            "demo allows at most lots a pod.",
            id="limit range that is not understood",
        ),
        pytest.param(
            ForbiddenError(
                'pods "nb-0" is forbidden: violates PodSecurity "restricted:latest": '
                "allowPrivilegeEscalation != false"
            ),
            notebook(),
            "",
            "Pod Security of demo (restricted) refuses this pod: ask an admin.",
            id="Pod Security",
        ),
        pytest.param(
            ForbiddenError(
                'pods "nb-0" is forbidden: pod rejected: RuntimeClass "nvidia" not found'
            ),
            notebook(),
            Field.GPU_RESOURCE,
            "The cluster has no RuntimeClass nvidia, which this GPU needs: ask an admin.",
            id="RuntimeClass",
        ),
        pytest.param(
            ForbiddenError("a policy of ours"), notebook(), "", "a policy of ours", id="another 403"
        ),
        pytest.param(InvalidObjectError("bad"), notebook(), "", "bad", id="no cause"),
    ],
)
def test_given_a_refusal_when_explained_then_field_and_remedy_are_told(
    error: ClusterError, sent: JsonObject, field: str, words: str
) -> None:
    problem = explain(error, sent)

    assert (problem.field, problem.message) == (field, words)


@pytest.mark.parametrize(
    ("path", "sent", "field"),
    [
        ("metadata.name", notebook(), Field.NAME),
        ("metadata.name", claim(), Field.VOLUME_NAME),
        ("metadata.namespace", notebook(), Field.NAMESPACE),
        ("spec.template.spec.containers[0].resources.limits.cpu", notebook(), Field.CPU),
        ("spec.containers[0].resources.requests[memory]", notebook(), Field.MEMORY),
        ("spec.containers[0].resources.limits[nvidia.com/gpu]", notebook(), Field.GPU_COUNT),
        ("spec.containers[0].image", notebook(), Field.IMAGE),
        ("spec.containers[0].env[0].name", notebook(), Field.ENVIRONMENT),
        ("spec.resources[storage]", claim(), Field.VOLUME_SIZE),
        ("spec.storageClassName", claim(), Field.STORAGE_CLASS),
        ("spec.serviceType", notebook(), Field.SERVICE_TYPE),
        ("spec.tolerations", notebook(), ""),
    ],
)
def test_given_a_cause_when_explained_then_its_path_names_the_field(
    path: str, sent: JsonObject, field: str
) -> None:
    problem = explain(InvalidObjectError("bad", causes=[Cause(path, "is odd")]), sent)

    assert (problem.field, problem.message) == (field, f"{path}: is odd")


@pytest.mark.parametrize(
    ("error", "is_rights"),
    [
        (ForbiddenError(RIGHTS), True),
        (ForbiddenError(QUOTA), False),
        (NotFoundError(RIGHTS), False),
    ],
)
def test_given_a_403_when_looked_at_then_rights_differ_from_policies(
    error: ClusterError, *, is_rights: bool
) -> None:
    assert is_about_rights(error) == is_rights
