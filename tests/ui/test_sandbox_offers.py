from __future__ import annotations

import pytest

from nbcore.settings import Settings
from ui.sandbox_offers import may_offer


@pytest.mark.parametrize(
    ("environ", "address", "expected"),
    [
        pytest.param({}, "127.0.0.1", True, id="sandbox on this machine"),
        pytest.param({}, "0.0.0.0", False, id="others reach it"),  # noqa: S104
        pytest.param({}, "", False, id="all addresses"),
        pytest.param({"NB_ALLOWED_HOSTS": "lab.example.org"}, "127.0.0.1", False, id="a proxy"),
        pytest.param({"NB_DOMAIN": "lab.example.org"}, "127.0.0.1", False, id="a domain"),
        pytest.param({"NB_TRUSTED_PROXIES": "127.0.0.1"}, "127.0.0.1", False, id="a proxy here"),
        pytest.param({"NB_CLUSTER": "kubeconfig"}, "127.0.0.1", False, id="a cluster"),
        pytest.param({"NB_CLUSTER": "in-cluster"}, "127.0.0.1", False, id="a pod"),
    ],
)
def test_given_where_it_runs_when_asked_then_only_a_sandbox_of_ones_own_offers_users(
    environ: dict[str, str], address: str, *, expected: bool
) -> None:
    settings = Settings.from_environ({"HOME": "/h"} | environ)

    assert may_offer(settings, address) is expected
