"""No answer: what the transport says becomes a sentence without its details."""

from __future__ import annotations

import urllib3
from kubernetes.client import ApiException
from kubernetes.config import ConfigException

from nbcore.errors import UnreachableError


def body_of(response: urllib3.HTTPResponse, *, request: str) -> bytes:
    """The whole body of an open answer.

    Raises:
        UnreachableError: the connection broke before its end.
    """
    try:
        return response.data
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise error_of(error, request=request) from error


def error_of(error: Exception, *, request: str) -> UnreachableError:
    """One sentence by the kind of error; its own text may hold what is secret. Pure."""
    match error:
        case urllib3.exceptions.NewConnectionError():
            words = "The API server does not answer: connection refused, or host unknown."
        case urllib3.exceptions.ConnectTimeoutError():
            words = "The API server does not answer: no connection in time."
        case urllib3.exceptions.TimeoutError():
            words = "The API server does not answer: silent for too long."
        case urllib3.exceptions.SSLError() | ApiException():
            words = "The API server can't be trusted: its certificate does not fit."
        case ConfigException():
            words = "The credentials for the API server can't be read."
        case _:
            words = "The API server does not answer: the connection broke."
    return UnreachableError(words, request=request)
