"""The one place where errors become sentences for people.

Short, in the present tense, the next step last. What the API server said itself is one click below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import streamlit as st

from nbcore import errors
from nbcore.refusals import rights_sentence
from ui.markdown import escape

_Words = Callable[[Any], str]


def _own_words(error: errors.NbError) -> str:
    return str(error)


def _server_said(prefix: str) -> _Words:
    return lambda error: f"{prefix} {error.message}"


def _invalid_object(error: errors.InvalidObjectError) -> str:
    causes = "; ".join(f"{cause.field}: {cause.message}" for cause in error.causes)
    return f"The cluster refuses it: {causes or error.message}"


def _busy(error: errors.BusyError) -> str:
    return f"The cluster is busy. Try again in {max(1, round(error.retry_after))} s."


# A class of errors that is missing here falls back to its parent's words; a test asks that none is.
WORDS: Mapping[type[errors.NbError], _Words] = MappingProxyType(
    {
        errors.NbError: _own_words,
        errors.InvalidIdentityError: _own_words,
        errors.InvalidFormError: _own_words,
        errors.InvalidCatalogError: _own_words,
        errors.InvalidQuantityError: _own_words,
        errors.MalformedNotebookError: _own_words,
        errors.VolumeInUseError: _own_words,
        errors.VolumeKeptError: _own_words,
        errors.VolumeLeftError: _own_words,
        errors.SettingsError: _own_words,
        errors.ClusterError: _server_said("The cluster answers:"),
        errors.NotFoundError: lambda _: "It is not there any more. Somebody else deleted it.",
        errors.AlreadyExistsError: lambda _: "The name is taken. Choose another one.",
        errors.ConflictError: lambda _: (
            "Somebody changed it at the same moment. Look, then repeat."
        ),
        errors.ForbiddenError: lambda error: (
            rights_sentence(error) or f"Not allowed: {error.message}"
        ),
        errors.UnauthorizedError: lambda _: (
            "The cluster does not accept the app's account any more. An admin has to renew it."
        ),
        errors.InvalidObjectError: _invalid_object,
        errors.ExpiredError: lambda _: "The list was too old. Try again.",
        errors.BusyError: _busy,
        errors.UnreachableError: lambda _: (
            "The cluster does not answer. Try again when it is back; the list shows what was done."
        ),
        errors.ServerError: _server_said("The cluster could not do it:"),
    }
)


def sentence(error: errors.NbError) -> str:
    """What to tell a person, as plain text; it may quote objects, so escape it for Markdown."""
    return next(WORDS[kind] for kind in type(error).__mro__ if kind in WORDS)(error)


def show(error: errors.NbError, *, about: str = "", owner: str = "") -> None:
    """Draws an error: the sentence, and below it the API server's own words.

    ``about`` names the object that it speaks of, ``owner`` who can help when a right is missing.
    """
    text = f"{about}: {sentence(error)}" if about else sentence(error)
    if owner and isinstance(error, errors.ClusterError) and rights_sentence(error):
        text += f" Its owner is {owner}."
    st.error(escape(text), icon=":material/error:")
    if isinstance(error, errors.ClusterError) and error.message:
        with st.expander("What the cluster said"):
            st.code(f"{error.request}\n{error.message}".strip(), language=None, wrap_lines=True)
