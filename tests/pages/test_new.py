"""The form, on the sandbox."""

from __future__ import annotations

import pytest
import yaml
from streamlit.testing.v1 import AppTest

from nbcore.kube.resources import PERSISTENT_VOLUME_CLAIMS
from nbcore.names import JsonObject
from tests.pages.visit import (
    NEW_PAGE,
    NOTEBOOKS_PAGE,
    Visit,
    choose,
    click,
    run,
    type_into,
    words,
)


def shown_manifests(page: AppTest) -> list[JsonObject]:
    return list(yaml.safe_load_all(page.code[0].value))


def test_given_the_form_when_opened_then_it_can_be_sent_as_it_is(visit: Visit) -> None:
    page = visit.open_form()

    volume, notebook = shown_manifests(page)

    assert notebook["metadata"]["name"] == "jupyter"
    assert volume["spec"]["resources"]["requests"]["storage"] == "10Gi"
    assert "storageClassName" not in volume["spec"]
    assert notebook["metadata"]["namespace"] == visit.namespace


def test_given_the_form_when_created_then_what_was_shown_is_stored_and_the_list_opens(
    visit: Visit,
) -> None:
    page = type_into(visit.open_form(), "Name", "churn-model")
    shown = shown_manifests(page)[1]

    click(page, "Create")

    stored = visit.stored("notebooks", "churn-model")
    assert page.title[0].value == "Notebooks"
    assert page.dataframe[0].value["Name"].tolist() == ["churn-model"]
    assert "churn-model is starting." in words(page)
    assert stored["spec"]["template"] == shown["spec"]["template"]
    assert visit.names("persistentvolumeclaims") == {"churn-model"}


def test_given_a_browser_that_lags_when_created_at_once_then_the_volume_has_the_new_name(
    visit: Visit,
) -> None:
    page = type_into(visit.open_form(), "Name", "churn-model")

    type_into(page, "Volume name", "jupyter")
    click(page, "Create")

    assert visit.names("persistentvolumeclaims") == {"churn-model"}


def test_given_a_suggested_name_when_another_field_changes_then_it_is_not_sent_again(
    visit: Visit,
) -> None:
    """A value that is sent takes the place of what somebody has typed in the meantime."""
    page = visit.open_form()

    page.text_area(key="new_environment").input("A=1")
    run(page)

    name = next(field for field in page.text_input if field.label == "Name")
    assert name.value == "jupyter"
    assert not name.proto.set_value


def test_given_a_type_when_chosen_then_image_and_suggested_name_follow(visit: Visit) -> None:
    page = choose(visit.open_form(), "new_type", "rstudio")

    notebook = shown_manifests(page)[1]

    assert notebook["metadata"]["name"] == "rstudio"
    assert notebook["metadata"]["labels"]["ml.oneblock.ai/notebook-type"] == "rstudio"
    assert "rstudio-tidyverse" in page.code[0].value


def test_given_a_custom_image_when_created_then_it_is_stored(visit: Visit) -> None:
    page = visit.open_form(own_image="team/lab:2026-13")

    assert "Image is not in the catalog" in words(page)
    click(page, "Create")

    container = visit.stored("notebooks", "jupyter")["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == "team/lab:2026-13"


def test_given_an_image_that_is_none_when_created_then_it_is_refused_below_the_field(
    visit: Visit,
) -> None:
    page = click(visit.open_form(own_image="team lab"), "Create")

    assert "not in the catalog" not in words(page)
    assert "An image has no spaces" in words(page)
    assert visit.names("notebooks") == set()


def test_given_a_gpu_when_created_then_limit_and_runtime_class_are_stored(visit: Visit) -> None:
    page = visit.open_form()
    page.number_input(key="new_gpu_count").set_value(1)

    click(run(page), "Create")

    pod = visit.stored("notebooks", "jupyter")["spec"]["template"]["spec"]
    assert pod["runtimeClassName"] == "nvidia"
    assert pod["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] in {1, "1"}


def test_given_an_existing_volume_when_chosen_then_it_is_mounted_and_none_is_made(
    visit: Visit,
) -> None:
    visit.has_volume("files")
    visit.sees(PERSISTENT_VOLUME_CLAIMS, "files")
    page = choose(visit.open_form(), "new_volume", "Existing")
    page.selectbox(key="new_existing_volume").set_value("files")

    click(run(page), "Create")

    volumes = visit.stored("notebooks", "jupyter")["spec"]["template"]["spec"]["volumes"]
    assert {"claimName": "files"} in [volume.get("persistentVolumeClaim") for volume in volumes]
    assert visit.names("persistentvolumeclaims") == {"files"}


def test_given_no_volume_when_chosen_then_it_says_that_files_are_lost(visit: Visit) -> None:
    page = choose(visit.open_form(), "new_volume", "None")

    click(page, "Create")

    assert visit.names("persistentvolumeclaims") == set()
    assert visit.names("notebooks") == {"jupyter"}


def test_given_no_volume_when_chosen_then_the_form_warns(visit: Visit) -> None:
    page = choose(visit.open_form(), "new_volume", "None")

    assert "Files are lost when the notebook stops." in words(page)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        pytest.param("Churn Model", "for example churn-model.", id="capitals and a space"),
        pytest.param("a.b", "for example a-b.", id="a dot"),
        pytest.param("", "A name is needed", id="empty"),
        pytest.param("a" * 53, "at most 52", id="53 characters"),
        pytest.param("taken", "Try taken-2.", id="taken"),
    ],
)
def test_given_a_wrong_name_when_left_then_the_remedy_stands_below_and_nothing_is_lost(
    visit: Visit, name: str, remedy: str
) -> None:
    visit.has_notebook("taken")
    page = type_into(visit.open_form(), "Name", name)

    assert remedy in words(page)
    click(page, "Create")

    assert page.title[0].value == "New notebook"
    assert [field.value for field in page.text_input if field.label == "Name"] == [name]
    assert visit.names("notebooks") == {"taken"}


@pytest.mark.parametrize(
    ("label", "text"),
    [
        pytest.param("Memory (GiB)", "1 Gi", id="a space in it"),
        pytest.param("Memory (GiB)", "NaN", id="not a number"),
        pytest.param("Memory (GiB)", "0", id="nothing"),
        pytest.param("Memory (GiB)", "1" + "0" * 30, id="more than there is"),
        pytest.param("CPU (cores)", "-1", id="negative"),
        pytest.param("CPU (cores)", "two", id="a word"),
        pytest.param("Size (GiB)", "0", id="a volume of nothing"),
    ],
)
def test_given_a_wrong_size_when_left_then_one_line_says_so(
    visit: Visit, label: str, text: str
) -> None:
    page = choose(visit.open_form(), "new_size", "Custom")

    type_into(page, label, text)

    assert words(page).count(":material/error:") == 1
    assert not page.code


@pytest.mark.parametrize(
    ("cpu", "memory", "expected"),
    [
        pytest.param("500m", "512Mi", {"cpu": "500m", "memory": "512Mi"}, id="with units"),
        pytest.param("2", "8", {"cpu": "2", "memory": "8Gi"}, id="bare numbers"),
        pytest.param("0.5", "1.5", {"cpu": "500m", "memory": "1536Mi"}, id="fractions"),
    ],
)
def test_given_a_size_of_ones_own_when_typed_then_it_is_what_will_be_sent(
    visit: Visit, cpu: str, memory: str, expected: dict[str, str]
) -> None:
    page = choose(visit.open_form(), "new_size", "Custom")
    type_into(page, "CPU (cores)", cpu)
    type_into(page, "Memory (GiB)", memory)

    container = shown_manifests(page)[1]["spec"]["template"]["spec"]["containers"][0]

    assert container["resources"]["limits"] == expected


def test_given_a_wrong_field_that_nobody_left_when_created_then_it_is_named(visit: Visit) -> None:
    page = choose(visit.open_form(), "new_volume", "Existing")

    silent = words(page).count(":material/error:")
    click(page, "Create")

    assert silent == 0
    assert "1 field to mend." in words(page)
    assert visit.names("notebooks") == set()


def test_given_variables_when_typed_then_they_are_sent_and_a_bad_line_is_named(
    visit: Visit,
) -> None:
    page = visit.open_form()
    page.text_area(key="new_environment").input("MODE=a=b\n\nEMPTY=")
    environment = shown_manifests(run(page))[1]["spec"]["template"]["spec"]["containers"][0]["env"]

    page.text_area(key="new_environment").input("MODE=a\nno sign")
    run(page)

    assert environment == [{"name": "MODE", "value": "a=b"}, {"name": "EMPTY", "value": ""}]
    assert "Line 2 has no '='." in words(page)


def test_given_a_node_port_when_chosen_then_it_says_that_it_passes_the_gateway(
    visit: Visit,
) -> None:
    page = visit.open_form()
    page.selectbox(key="new_service_type").set_value("NodePort")

    assert "past the gateway" in words(run(page))


def test_given_a_right_form_when_only_checked_then_findings_are_told_and_nothing_is_made(
    visit: Visit,
) -> None:
    page = click(visit.open_form(), "Check only")

    assert "The notebook can be made." in words(page)
    assert visit.names("notebooks") == set()
    assert visit.names("persistentvolumeclaims") == set()


def test_given_a_check_when_the_form_changes_then_its_findings_are_gone(visit: Visit) -> None:
    page = click(visit.open_form(), "Check only")

    type_into(page, "Name", "another")

    assert "can be made" not in words(page)


def test_given_a_volume_that_appears_meanwhile_when_created_then_the_field_says_so(
    visit: Visit,
) -> None:
    page = type_into(visit.open_form(), "Volume name", "files")
    visit.has_volume("files")

    click(page, "Create")

    assert page.title[0].value == "New notebook"
    assert "files" in words(page)
    assert visit.names("notebooks") == set()


@pytest.mark.parametrize("service", ["ClusterIP", "NodePort", "LoadBalancer"])
def test_given_a_service_when_chosen_then_it_is_told_whether_the_sign_in_can_be_passed_by(
    visit: Visit, service: str
) -> None:
    page = visit.open_form()
    page.selectbox(key="new_service_type").set_value(service)

    told = "it can be reached past the sign-in." in words(run(page))

    assert told == (service != "ClusterIP")


@pytest.mark.parametrize("leave", ["Create", "navigation"])
def test_given_a_form_that_was_left_when_opened_again_then_it_is_as_new(
    visit: Visit, leave: str
) -> None:
    page = type_into(type_into(visit.open_form(), "Name", "churn"), "Volume name", "files")
    if leave == "Create":
        click(page, "Create")
    else:
        run(page.switch_page(NOTEBOOKS_PAGE))

    run(page.switch_page(NEW_PAGE))

    values = {field.label: field.value for field in page.text_input}
    assert (values["Name"], values["Volume name"]) == ("jupyter", "jupyter")
    assert ":material/error:" not in words(page)


def test_given_a_form_that_could_not_be_sent_when_opened_again_then_it_shows_no_errors(
    visit: Visit,
) -> None:
    page = click(type_into(visit.open_form(), "Name", "Not good"), "Create")
    run(page.switch_page(NOTEBOOKS_PAGE))

    run(page.switch_page(NEW_PAGE))

    assert "to mend" not in words(page)
    assert ":material/error:" not in words(page)
