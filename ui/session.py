"""Who looks at a page, and what the process shares with its pages."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import streamlit as st

from nbcore.access import Access
from nbcore.identity import Identity, OwnAccount, Person
from nbcore.kube.cache import ClusterCache
from nbcore.kube.client import Kube
from nbcore.names import CLIENT_HEADER, HERE_HEADER, SESSION_HEADER
from nbcore.namespaces import Places
from nbcore.rows import RowCache
from nbcore.sessions import Sessions
from nbcore.settings import Settings
from ui.entrance import Entrance

_FOLLOW_SECONDS = 10.0
_OWNER = "owner_of_this_state"

IdentitySource = Callable[[], Identity | None]
"""Says, at each run of a page, for whom it is drawn; None: nobody is signed in."""


def own_account(user: str) -> IdentitySource:
    """The source of an app without sign-in: everybody is the app's own account.

    ``user`` is written down as the owner of what is made: settings.owner. Pure.
    """
    identity = OwnAccount(user=user)
    return lambda: identity


def signed_in(sessions: Sessions) -> IdentitySource:
    """The source of an app with sign-in: whoever the gateway says is behind this connection."""

    def person() -> Identity | None:
        found = sessions.get(key())
        return found.person if found else None

    return person


def utc_now() -> datetime:
    """The wall clock of this process, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 the clock that the process hands to its pages


@dataclass(frozen=True, slots=True)
class Services:
    """What one process shares with every page of every viewer.

    Attributes:
        cache: the cluster as the watches last saw it; reading it never waits for the network.
        kube: acts as the app's own account; pages take ``session.kube()``, which is the viewer's.
        settings: the process's settings.
        identity: for whom a page is drawn.
        entrance: how people sign in; None when they don't.
        clock: the wall clock in UTC, for ages.
        monotonic: seconds, the clock against which the cache measures the cluster's silence.
        rows: what was read of each notebook, shared by all lists.
        access: what somebody may do.
        places: the same by namespaces.
    """

    cache: ClusterCache
    kube: Kube
    settings: Settings
    identity: IdentitySource
    entrance: Entrance | None = None
    clock: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = time.monotonic
    rows: RowCache = field(default_factory=RowCache)
    access: Access = field(init=False)
    places: Places = field(init=False)

    def __post_init__(self) -> None:
        access = Access(self.kube, clock=self.monotonic)
        places = Places(
            access,
            grants=self.cache.grants,
            clock=self.monotonic,
            named=self.settings.namespaces,
        )
        object.__setattr__(self, "access", access)
        object.__setattr__(self, "places", places)


class NotInstalledError(RuntimeError):
    """A page ran in a process that never called install()."""


# At most one. Not st.cache_resource: any viewer's browser can ask Streamlit to clear that.
_installed: list[Services] = []


def install(services: Services) -> None:
    """Hands the process's services to its pages; called once at start, by app.py's lifespan.

    A second call replaces the first: tests run many pages in one process.
    """
    _installed[:] = [services]


def services() -> Services:
    """What install() was given.

    Raises:
        NotInstalledError: the script was started by itself, not through app.py.
    """
    if not _installed:
        raise NotInstalledError("Start the app with: streamlit run app.py")
    return _installed[0]


def begin() -> None:
    """At the start of each run: forgets what somebody else chose and typed in this tab.

    Streamlit gives a tab that connects again the state that it had, whoever signs in now.
    """
    found = services().identity()
    if found is None:
        return
    if st.session_state.get(_OWNER, found.user) != found.user:
        st.session_state.clear()
    st.session_state[_OWNER] = found.user


def viewer() -> Identity:
    """For whom the running page is drawn; asked anew at each run, so that a logout counts.

    When nobody is signed in any more, or somebody else, the run or the click ends here, and the
    sign-in page or a fresh one follows.
    """
    found = services().identity()
    if found is None or st.session_state.get(_OWNER, found.user) != found.user:
        st.rerun()
    return found


@st.fragment(run_every=_FOLLOW_SECONDS)
def follow() -> None:
    """Lets an open page that asks for nothing notice that nobody is signed in any more."""
    viewer()


def key() -> str:
    """The key of the session behind this connection; "" when there is none."""
    return st.context.headers.get(SESSION_HEADER) or ""


def address() -> str:
    """Where the viewer is, as the gateway saw it; "" when it did not say."""
    return st.context.headers.get(CLIENT_HEADER) or ""


def is_here() -> bool:
    """Whether the viewer is at this machine, with no proxy in between that says so."""
    return bool(st.context.headers.get(HERE_HEADER))


def is_person() -> bool:
    """Whether somebody signed in, as opposed to the one person at an app without sign-in."""
    return isinstance(viewer(), Person)


def kube() -> Kube:
    """The cluster, acted on as the viewer."""
    return services().kube.acting_as(viewer(), address=address())
