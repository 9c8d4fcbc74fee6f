"""The app's own rights: its cache, its questions and its pages, as its ServiceAccount may them."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import urllib3

from nbcore.access import LIST, Question, may_edit_catalog, may_open
from nbcore.errors import ForbiddenError
from nbcore.identity import Person
from nbcore.kube.client import Kube
from nbcore.kube.resources import (
    CONTROLLER_REVISIONS,
    NODES,
    NOTEBOOKS,
    SECRETS,
    SERVICES,
    SETTINGS,
)
from nbcore.names import CATALOG_SETTING, CATALOG_SETTING_OLD_NAME
from tests.cluster.api import eventually
from tests.contract.kubectl import Kubectl
from tests.deploy.app_process import is_healthy, start, users_file
from tests.deploy.installation import APP_ACCOUNT, NAMESPACE, Installation
from tests.deploy.installed_app import (
    DANA,
    ERIN,
    READER,
    VERA,
    App,
    has,
    labels,
    opens,
    picker,
    running_app,
    set_ready,
    stored,
    target,
)
from tests.pages.visit import NEW_PAGE, choose_from_menu, click, listed, run, select, words
from ui.verbs import Verb


@pytest.fixture(scope="module")
def running(installed: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running_app(installed, tmp_path_factory.mktemp("app")) as app:
        yield app


@pytest.fixture
def app(running: App) -> Iterator[App]:
    """Aggregation of the roles takes a moment, and so do bindings."""
    review = may_open("teaching", "lab")
    eventually(lambda: has(running, ERIN, review), what="erin's role is in force")
    yield running
    running.ahead = 0


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda kube: kube.create(NOTEBOOKS, stored("own", "data")), id="create"),
        pytest.param(lambda kube: kube.delete(NOTEBOOKS, "lab", "data"), id="delete"),
        pytest.param(lambda kube: kube.merge(NOTEBOOKS, "lab", "data", {}), id="patch"),
        pytest.param(lambda kube: kube.list(SECRETS), id="list secrets"),
        pytest.param(lambda kube: kube.list(SERVICES), id="list services"),
        pytest.param(lambda kube: kube.get(SECRETS, "notebook-users", NAMESPACE), id="users"),
        pytest.param(lambda kube: kube.get(NODES, "any"), id="get a node"),
    ],
)
def test_given_its_own_account_when_more_is_asked_than_is_needed_then_it_is_refused(
    app: App, act: Callable[[Kube], object]
) -> None:
    with pytest.raises(ForbiddenError):
        act(app.kube)


def test_given_its_own_account_when_sessions_are_kept_then_the_secret_can_be_read_and_written(
    app: App,
) -> None:
    secret = app.kube.get(SECRETS, "notebook-sessions", NAMESPACE)

    kept = app.kube.replace(SECRETS, {**secret, "stringData": {"sessions": "x"}})

    assert "sessions" in kept["data"]


def test_given_somebody_who_may_edit_when_visiting_then_the_namespace_and_its_buttons_are_there(
    app: App,
) -> None:
    page = app.visited_by(ERIN)

    assert picker(page) == ["All namespaces", "teaching"]
    assert list(listed(page)) == ["lab"]
    assert {"Start", "Delete"} <= labels(select(page, 0))
    assert not page.get("menu_button")[0].proto.disabled


def test_given_somebody_who_may_edit_when_one_is_started_then_it_is_made_as_that_person(
    app: App,
) -> None:
    page = choose_from_menu(app.visited_by(ERIN), "JupyterLab")

    assert "jupyter is starting." in words(page)
    made = app.installation.api.get(NOTEBOOKS.path("teaching", "jupyter"))
    assert made["metadata"]["annotations"]["ml.oneblock.ai/owner"] == "erin"
    page = click(select(page, list(listed(page)).index("jupyter")), "Delete")
    click(page, "Delete")
    assert not app.installation.api.exists(NOTEBOOKS.path("teaching", "jupyter"))


def test_given_somebody_who_may_view_when_visiting_then_the_row_is_there_and_no_action(
    app: App,
) -> None:
    page = app.visited_by(VERA)

    row = listed(page)["lab"]
    assert (row["Open"], list(row["⋮"])) == ("", [])
    page = select(page, 0)
    assert all(button.disabled for button in page.button if button.label in set(Verb))
    assert page.get("menu_button")[0].proto.disabled


def test_given_answers_that_are_remembered_when_the_page_runs_again_then_nothing_is_asked(
    app: App,
) -> None:
    for number in range(5):
        app.installation.api.create(NOTEBOOKS.path("teaching"), stored(f"n{number}", "teaching"))
    eventually(lambda: app.cache.get(NOTEBOOKS, "n4", "teaching"), what="there are more rows")
    before = app.reviews
    page = app.visited_by(ERIN)
    # Everywhere and here: list; here alone: create, open, change, delete; and the catalog.
    first = app.reviews - before
    many = len(listed(page))
    select(run(page), 0)

    assert (first, many) == (7, 6)
    assert app.reviews - before == first
    for number in range(5):
        app.installation.api.delete(NOTEBOOKS.path("teaching", f"n{number}"))
    eventually(lambda: not app.cache.get(NOTEBOOKS, "n4", "teaching"), what="they are gone")


def test_given_a_role_for_one_notebook_when_it_is_selected_then_it_can_be_opened(
    app: App,
) -> None:
    kubectl = app.installation.kubectl
    app.installation.api.create(NOTEBOOKS.path("teaching"), stored("shared", "teaching"))
    may = ("--verb=create", "--resource=notebooks.ml.oneblock.ai/connect")
    kubectl.ok("create", "role", "guest", *may, "--resource-name=shared", "--namespace=teaching")
    for name, role in (("gus", "--role=guest"), ("gus-view", "--clusterrole=view")):
        kubectl.ok("create", "rolebinding", name, role, "--user=gus", "--namespace=teaching")
    gus = Person("gus")
    eventually(lambda: has(app, gus, may_open("teaching", "shared")), what="gus may open it")
    eventually(lambda: has(app, gus, LIST.at("teaching")), what="gus may look")
    set_ready(app, "shared", "teaching")

    page = app.visited_by(gus)

    position = list(listed(page)).index("shared")
    assert listed(page)["shared"]["Open"] == ""
    assert opens(select(page, position)) == ["/notebook/teaching/shared/"]
    assert opens(select(app.visited_by(VERA), position)) == []
    app.installation.api.delete(NOTEBOOKS.path("teaching", "shared"))
    eventually(lambda: not app.cache.get(NOTEBOOKS, "shared", "teaching"), what="it is gone")


def test_given_somebody_who_reads_all_when_visiting_then_all_namespaces_are_there(
    app: App,
) -> None:
    page = app.visited_by(READER, "data")

    assert {"data", "teaching"} <= set(picker(page))
    assert list(listed(page)) == ["lab"]


def test_given_another_namespace_in_the_url_when_visiting_then_nothing_of_it_is_shown(
    app: App,
) -> None:
    page = app.visited_by(VERA, "data")

    assert picker(page) == ["All namespaces", "teaching"]
    assert page.dataframe[0].value["Namespace"].to_list() == ["teaching"]


def test_given_somebody_without_a_role_when_visiting_then_it_says_whom_to_ask(app: App) -> None:
    page = app.visited_by(DANA)

    said = words(page)
    assert "No namespace is yours yet" in said
    assert "you are dana (groups: visitors, guests)" in said
    assert not page.dataframe
    assert not labels(page)


def test_given_somebody_who_may_view_when_the_form_opens_then_it_says_which_role_to_ask_for(
    app: App,
) -> None:
    page = run(app.visited_by(VERA).switch_page(NEW_PAGE))

    said = words(page)
    assert "You may not create notebooks in any namespace." in said
    assert "You may look, but not create" in said
    assert "a role in teaching, for example edit. Tell them that you are vera." in said
    assert "No namespace is yours" not in said


@pytest.mark.parametrize("verb", [Verb.START, Verb.DELETE])
def test_given_a_stale_page_when_what_is_forbidden_is_tried_then_a_sentence_and_no_change(
    app: App, verb: Verb
) -> None:
    page = app.visited_by(VERA)
    before = app.installation.api.get(NOTEBOOKS.path("teaching", "lab"))

    page.session_state["notebooks_asked"] = (verb, [target(app, "lab", "teaching")])
    run(page)
    if verb is Verb.DELETE:
        click(page, "Delete")

    word = "change" if verb is Verb.START else "delete"
    assert f"lab: You may not {word} notebooks in teaching. Its owner is erin." in words(page)
    assert app.installation.api.get(NOTEBOOKS.path("teaching", "lab")) == before


def test_given_somebody_without_a_right_to_volumes_when_the_form_opens_then_it_says_so(
    app: App,
) -> None:
    app.binds("nora", "notebooks-edit", "data")
    kubectl, view = app.installation.kubectl, "--clusterrole=notebooks-view"
    kubectl.ok("create", "rolebinding", "nora-view", view, "--user=nora", "--namespace=data")
    nora = Person("nora")
    eventually(lambda: app.cache.grants(nora), what="nora is bound")
    eventually(lambda: has(app, nora, LIST.at("data")), what="nora may look")

    page = run(app.visited_by(nora).switch_page(NEW_PAGE))

    assert page.selectbox(key="new_namespace").options == ["data"]
    assert "You may not create volumes in data" in words(page)


def test_given_a_role_that_is_lost_when_answers_have_aged_then_the_rows_are_gone(
    app: App,
) -> None:
    app.binds("ivan", "view", "data")
    ivan = Person("ivan")
    eventually(lambda: app.cache.grants(ivan), what="ivan is bound")
    page = app.visited_by(ivan)
    assert list(listed(page)) == ["lab"]

    app.installation.kubectl.ok("delete", "rolebinding", "ivan", "--namespace=data")
    eventually(lambda: not has(app, ivan, may_open("data", "")), what="the server knows")
    app.ahead = 7

    eventually(lambda: not run(page).dataframe, what="the rows are hidden", seconds=10)
    assert "No namespace is yours yet" in words(page)


def test_given_a_cluster_that_is_silent_when_visiting_then_nothing_is_shown_until_it_answers(
    app: App,
) -> None:
    app.ahead = 60
    page = app.visited_by(ERIN)

    assert "The cluster has not answered for" in words(page)
    assert not page.dataframe
    assert not labels(page)

    app.ahead = 0
    assert list(listed(run(page))) == ["lab"]


def test_given_an_admin_of_the_catalog_when_bound_then_the_setting_and_its_versions_are_theirs(
    app: App,
) -> None:
    kubectl, role = app.installation.kubectl, "notebook-catalog-admin"
    bound = ("catalog", "--user=cora")
    kubectl.ok("create", "clusterrolebinding", *bound, f"--clusterrole={role}")
    kubectl.ok("create", "rolebinding", *bound, f"--role={role}", f"--namespace={NAMESPACE}")
    cora = Person("cora")

    lists = Question("list", CONTROLLER_REVISIONS)
    eventually(lambda: has(app, cora, may_edit_catalog()), what="cora may")
    eventually(lambda: has(app, cora, lists.at(NAMESPACE)), what="and see the versions")
    # Saving is a patch.
    for name in (CATALOG_SETTING, CATALOG_SETTING_OLD_NAME):
        assert has(app, cora, may_edit_catalog(name))
        assert has(app, cora, Question("patch", SETTINGS, name=name))
    assert not has(app, cora, may_edit_catalog("another"))
    assert not has(app, cora, lists.at("data"))
    assert not has(app, READER, may_edit_catalog())


def test_given_the_pods_command_when_started_as_its_account_then_it_serves_and_lacks_no_right(
    installed: Installation, kubectl: Kubectl, tmp_path: Path
) -> None:
    kubeconfig = installed.account_kubeconfig(tmp_path, APP_ACCOUNT)
    process, url = start(kubectl, kubeconfig, users_file(tmp_path), tmp_path)
    eventually(lambda: is_healthy(url) or not process.is_running, what="it serves", seconds=60)
    assert process.is_running, process.log_end()

    answer = urllib3.request("GET", f"{url}/notebook/teaching/lab/", redirect=False)
    process.stop()

    assert answer.status in {302, 303, 401}
    # By the signal itself, at the end of an orderly stop; a late one would have been killed.
    assert process.popen.returncode == -signal.SIGTERM, process.log_end()
    said = process.log.read_text()
    assert "orbidden" not in said, process.log_end()
    assert "Traceback" not in said, process.log_end()


def test_given_no_users_when_started_then_it_refuses_and_says_how_to_add_one(
    installed: Installation, kubectl: Kubectl, tmp_path: Path
) -> None:
    kubeconfig = installed.account_kubeconfig(tmp_path, APP_ACCOUNT)

    process, _ = start(kubectl, kubeconfig, tmp_path / "none.yaml", tmp_path)
    eventually(lambda: not process.is_running, what="it ends", seconds=60)

    assert process.popen.returncode != 0
    assert "python -m nbcore users add" in process.log.read_text()
