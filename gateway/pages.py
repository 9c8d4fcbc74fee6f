"""The gateway's own pages: small, complete in themselves, and of use without scripts. Pure."""

from __future__ import annotations

import base64
import hashlib
from html import escape

from gateway.answers import Answer, json_answer
from gateway.head import HeaderList, RequestHead
from gateway.routes import STATUS_PATH, ToNotebook
from gateway.security import APP_HEADERS
from gateway.situation import Kind, Situation

_STYLE = """
:root { color-scheme: light dark; --page: #ffffff; --text: #16202e; --soft: #566173;
  --line: #dbe1ea; --link: #2459c4; }
@media (prefers-color-scheme: dark) { :root { --page: #0f141b; --text: #e6ebf2; --soft: #9aa7b8;
  --line: #2a3442; --link: #8fb4ff; } }
body { margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.5 Inter, system-ui, sans-serif; }
main { max-width: 34rem; margin: 18vh auto 0; padding: 0 1.25rem; }
h1 { font-size: 1.4rem; line-height: 1.3; margin: 0 0 .5rem; overflow-wrap: anywhere; }
p { margin: 0 0 1rem; color: var(--soft); overflow-wrap: anywhere; }
a { color: var(--link); }
progress { width: 100%; height: .4rem; margin: 0 0 1rem; accent-color: var(--link); }
footer { margin-top: 1.5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
"""

# Follows the notebook; textContent only, so that no message can become markup.
_SCRIPT = """
const main = document.querySelector("main");
async function follow() {
  try {
    const answer = await fetch(main.dataset.status, { cache: "no-store" });
    const now = await answer.json();
    if (now.kind !== main.dataset.kind) { location.reload(); return; }
    document.title = now.title;
    document.querySelector("h1").textContent = now.title;
    const message = document.querySelector("#message");
    if (message.textContent !== now.message) message.textContent = now.message;
  } catch { /* the app is away for a moment: ask again */ }
  setTimeout(follow, 1000);
}
setTimeout(follow, 500);
"""


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


_STYLE_HASH = _digest(_STYLE)
_SCRIPT_HASH = _digest(_SCRIPT)

_REFRESH = '<meta http-equiv="refresh" content="3">'


def refusal(
    head: RequestHead, status: int, title: str, message: str, *, tries_again: bool = False
) -> Answer:
    """Says no: a page to people, JSON to scripts.

    Args:
        head: who asks.
        status: of the answer.
        title: what happened.
        message: why, and what to do.
        tries_again: the page loads itself anew every few seconds.
    """
    if not head.wants_page:
        content = {"message": f"{title}: {message}" if message else title}
        return json_answer(status, content, added=APP_HEADERS)
    body = f'<h1>{escape(title)}</h1><p id="message">{escape(message)}</p>'
    in_head = _REFRESH if tries_again else ""
    return _page(
        status, title, f"<main>{body}<footer>{_back(head)}</footer></main>", in_head=in_head
    )


def unknown_notebook(head: RequestHead) -> Answer:
    """404 for everything below the gateway's prefix that is no notebook."""
    message = "There is no notebook at this address; it may have been deleted."
    return refusal(head, 404, "No such notebook", message)


def forbidden(head: RequestHead, target: ToNotebook, user: str) -> Answer:
    """403 for somebody who may not open a notebook; says nothing of whether it exists."""
    message = (
        f"{user} may not open {target.name} in the namespace {target.namespace}: that needs the "
        "right to create notebooks/connect there. Whoever looks after the namespace can give it."
    )
    return refusal(head, 403, "Not yours to open", message)


def see_other(location: str) -> Answer:
    """Sends the browser to get something else (303), to be decided anew each time."""
    here = (b"location", location.encode("latin-1"))
    return Answer(303, (here, (b"cache-control", b"no-store"), *APP_HEADERS))


def redirect(location: str) -> Answer:
    """Sends the browser to an address of ours; the method stays (307)."""
    return Answer(307, ((b"location", location.encode("latin-1")), *APP_HEADERS))


def situation_page(head: RequestHead, target: ToNotebook, now: Situation) -> Answer:
    """Says why there is no IDE; while it starts, follows it and goes on by itself."""
    status = _STATUS[now.kind]
    if not head.wants_page:
        content = {"message": f"{now.title}. {now.message}", "kind": now.kind}
        return json_answer(status, content, added=APP_HEADERS)
    waits = now.kind is Kind.WAITING
    body = (
        f'<main data-kind="{now.kind}" data-status="{escape(target.prefix + STATUS_PATH)}">'
        f"<h1>{escape(now.title)}</h1>"
        + ('<progress aria-label="Starting"></progress>' if waits else "")
        + f'<p id="message" role="status">{escape(now.message)}</p>'
        f"<footer>{_back(head)}</footer></main><script>{_SCRIPT}</script>"
    )
    refresh = f"<noscript>{_REFRESH}</noscript>" if waits else ""
    page = _page(status, now.title, body, in_head=refresh, connect=f"{head.origin}{target.prefix}")
    return page.adding((b"retry-after", b"2")) if waits else page


_STATUS = {
    Kind.READY: 200,
    Kind.WAITING: 503,
    Kind.STOPPED: 503,
    Kind.FAILED: 503,
    Kind.REFUSED: 502,
}


def situation_json(now: Situation) -> Answer:
    """What the waiting page's script asks for."""
    content = {"kind": now.kind, "phase": now.phase, "title": now.title, "message": now.message}
    return json_answer(200, content, added=APP_HEADERS)


def _back(head: RequestHead) -> str:
    return f'<a href="{escape(head.home)}">Go to the list of notebooks</a>'


def _page(
    status: int, title: str, body: str, *, in_head: str = "", connect: str = "'none'"
) -> Answer:
    html = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{in_head}<style>{_STYLE}</style></head><body>{body}</body></html>"
    )
    return Answer(status, _HTML + _policy(connect) + APP_HEADERS, html.encode())


_HTML: HeaderList = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"no-store"),
)


def _policy(connect: str) -> HeaderList:
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
        f"script-src 'sha256-{_SCRIPT_HASH}'; connect-src {connect}; "
        "base-uri 'none'; form-action 'none'"
    )
    return ((b"content-security-policy", policy.encode("ascii")),)
