from nbcore import errors
from ui.messages import WORDS, sentence


def all_subclasses(kind: type[errors.NbError]) -> set[type[errors.NbError]]:
    return {kind}.union(*(all_subclasses(child) for child in kind.__subclasses__()))


def test_given_every_error_of_the_core_when_looked_up_then_it_has_words_of_its_own() -> None:
    # Others, such as a data folder that is held, end a process and never reach a page.
    ours = {kind for kind in all_subclasses(errors.NbError) if kind.__module__ == errors.__name__}

    assert set(WORDS) == ours


def test_given_causes_when_worded_then_each_field_is_named() -> None:
    error = errors.InvalidObjectError(
        "invalid", causes=[errors.Cause("spec.a", "too long"), errors.Cause("spec.b", "unknown")]
    )

    assert sentence(error) == "The cluster refuses it: spec.a: too long; spec.b: unknown"


def test_given_no_causes_when_worded_then_the_server_is_quoted() -> None:
    assert sentence(errors.InvalidObjectError("no such thing")).endswith("no such thing")


def test_given_a_busy_server_when_worded_then_the_wait_is_at_least_a_second() -> None:
    assert "in 1 s" in sentence(errors.BusyError("slow down", retry_after=0.2))


def test_given_a_refusal_when_worded_then_the_reason_is_in_the_sentence() -> None:
    error = errors.ForbiddenError("exceeded quota: small, requested: requests.cpu=8")

    assert sentence(error) == "Not allowed: exceeded quota: small, requested: requests.cpu=8"
