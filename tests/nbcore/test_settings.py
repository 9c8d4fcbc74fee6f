import inspect
from pathlib import Path

import pytest

from nbcore.errors import SettingsError
from nbcore.settings import VARIABLES, ClusterKind, LogFormat, LogLevel, Settings, SignIn

DOCS = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"


def test_given_an_empty_environment_when_read_then_the_defaults_of_the_docs_hold() -> None:
    settings = Settings.from_environ({"HOME": "/home/ada"})

    assert settings == Settings(
        cluster=ClusterKind.SANDBOX,
        data=Path("/home/ada/.local/share/oneblock-notebooks"),
        allowed_hosts=(),
        domain="",
        trusted_proxies=(),
        owner="me",
        namespaces=("demo", "research"),
        log_level=LogLevel.INFO,
        log_format=LogFormat.TEXT,
        lease_namespace="default",
        network_policies=False,
        kubeconfig="/home/ada/.kube/config",
        runtimes=Path("/home/ada/.local/share/oneblock-notebooks/sandbox/runtimes"),
        sign_in=SignIn.USERS,
        users=Path("/home/ada/.local/share/oneblock-notebooks/users.yaml"),
    )


def test_given_a_pod_when_nothing_is_set_then_the_cluster_is_its_own() -> None:
    settings = Settings.from_environ({"HOME": "/", "KUBERNETES_SERVICE_HOST": "10.0.0.1"})

    assert settings.cluster is ClusterKind.IN_CLUSTER


def test_given_a_pod_when_a_cluster_is_named_then_that_one_is_used() -> None:
    environ = {"HOME": "/", "KUBERNETES_SERVICE_HOST": "10.0.0.1", "NB_CLUSTER": "kubeconfig"}

    assert Settings.from_environ(environ).cluster is ClusterKind.KUBECONFIG


def test_given_empty_variables_when_read_then_they_count_as_not_set() -> None:
    empty = {variable.name: "" for variable in VARIABLES}

    assert Settings.from_environ({"HOME": "/h"} | empty) == Settings.from_environ({"HOME": "/h"})


def test_given_values_when_read_then_they_are_split_lowered_and_expanded() -> None:
    settings = Settings.from_environ(
        {
            "HOME": "/h",
            "NB_DATA": "~/data",
            "NB_RUNTIMES": "/opt/runtimes",
            "NB_ALLOWED_HOSTS": "Lab.Example.org, lab2 ,",
            "NB_DOMAIN": "Notebooks.Example.org",
            "NB_TRUSTED_PROXIES": "10.0.0.0/8, ::1",
            "NB_NAMESPACES": "science,teaching",
        }
    )

    assert settings.data == Path("/h/data")
    assert settings.runtimes == Path("/opt/runtimes")
    assert settings.sandbox_kubeconfig == Path("/h/data/sandbox/kubeconfig")
    assert settings.allowed_hosts == ("lab.example.org", "lab2")
    assert settings.domain == "notebooks.example.org"
    assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.0/8", "::1/128"]
    assert settings.namespaces == ("science", "teaching")


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        pytest.param({"NB_CLUSTER": "minikube"}, "sandbox, kubeconfig, in-cluster", id="cluster"),
        pytest.param(
            {"NB_CLUSTER": "Sandbox"}, "NB_CLUSTER is 'Sandbox'", id="case of the cluster"
        ),
        pytest.param(
            {"NB_ALLOWED_HOSTS": "*.example.org"}, "without port or wildcard", id="wildcard"
        ),
        pytest.param({"NB_DOMAIN": "*.example.org"}, "NB_DOMAIN has", id="wildcard as domain"),
        pytest.param({"NB_DOMAIN": "a.org,b.org"}, "NB_DOMAIN has", id="two domains"),
        pytest.param({"NB_TRUSTED_PROXIES": "lb"}, "NB_TRUSTED_PROXIES has", id="proxy by name"),
        pytest.param({"NB_TRUSTED_PROXIES": "10.0.0.1/8"}, "10.0.0.0/8", id="bits of a host"),
        pytest.param({"NB_ALLOWED_HOSTS": "a.org:8501"}, "without port or wildcard", id="port"),
        pytest.param({"NB_ALLOWED_HOSTS": "http://a.org"}, "NB_ALLOWED_HOSTS has", id="url"),
        pytest.param({"NB_OWNER": "Alice"}, "lower case", id="capitals in the owner"),
        pytest.param({"NB_OWNER": "system:admin"}, "NB_OWNER is", id="reserved owner"),
        pytest.param({"NB_NAMESPACES": "ok,Not_ok"}, "NB_NAMESPACES has 'Not_ok'", id="namespace"),
        pytest.param({"NB_SIGN_IN": "no"}, "users, off", id="sign-in"),
        pytest.param({"NB_LOG_LEVEL": "loud"}, "DEBUG, INFO, WARNING, ERROR", id="log level"),
    ],
)
def test_given_a_value_that_cannot_be_used_when_read_then_the_error_says_what_can(
    environ: dict[str, str], words: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environ({"HOME": "/h"} | environ)

    assert words in str(caught.value)


def test_given_the_table_of_variables_when_the_docs_are_read_then_each_row_is_there() -> None:
    page = DOCS.read_text()

    rows = [f"| `{v.name}` | {v.values} | {v.default} | {v.consequence} |" for v in VARIABLES]

    assert [line for line in page.splitlines() if line.startswith("| `")] == rows


def test_given_the_module_when_variables_are_read_then_each_stands_in_the_table() -> None:
    body = inspect.getsource(Settings.from_environ)

    assert all(f'"{variable.name}"' in body for variable in VARIABLES)
