"""Where the API server is and how to sign in there, by NB_CLUSTER."""

from __future__ import annotations

from urllib.parse import urlsplit

import yaml
from kubernetes.client import ApiClient, Configuration
from kubernetes.config import ConfigException, load_incluster_config, load_kube_config

from nbcore.errors import SettingsError
from nbcore.settings import ClusterKind, Settings

POOL_SIZE = 32
"""Connections kept open: about one a thread, and one a watch."""

# A file of another shape meets the official loader unprepared.
_UNUSABLE = (
    ConfigException,
    OSError,
    yaml.YAMLError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def connect(settings: Settings) -> ApiClient:
    """The shared connection pool to the cluster that the settings name.

    Inside a pod the account's token changes about once an hour; the official client reads its file
    again every minute. Close the result when the process ends.

    Raises:
        SettingsError: there is no usable configuration there.
    """
    configuration = Configuration(retries=False, connection_pool_maxsize=POOL_SIZE)
    configuration.keep_alive = True
    try:
        _load(settings, configuration)
    except _UNUSABLE as error:
        raise SettingsError(_advice(settings)) from error
    if urlsplit(configuration.host).hostname in _LOOPBACK:
        # As kubectl does: what runs on this machine is never reached through a proxy.
        configuration.proxy = None
    return ApiClient(configuration)


def _load(settings: Settings, configuration: Configuration) -> None:
    match settings.cluster:
        case ClusterKind.SANDBOX:
            _load_file(str(settings.sandbox_kubeconfig), configuration)
        case ClusterKind.KUBECONFIG:
            _load_file(settings.kubeconfig, configuration)
        case ClusterKind.IN_CLUSTER:
            load_incluster_config(client_configuration=configuration)


def _load_file(path: str, configuration: Configuration) -> None:
    load_kube_config(config_file=path, client_configuration=configuration, persist_config=False)


def _advice(settings: Settings) -> str:
    match settings.cluster:
        case ClusterKind.SANDBOX:
            return (
                f"The sandbox has not written {settings.sandbox_kubeconfig} yet: start it, or name "
                "another cluster with NB_CLUSTER."
            )
        case ClusterKind.KUBECONFIG:
            return (
                f"No usable kubeconfig at {settings.kubeconfig}: set KUBECONFIG to the file that "
                "kubectl uses."
            )
        case ClusterKind.IN_CLUSTER:
            return (
                "NB_CLUSTER is in-cluster, and this process has no service account of a pod: set "
                "NB_CLUSTER to kubeconfig or sandbox."
            )
