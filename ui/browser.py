"""What pages let the browser do itself: post to the gateway, then go somewhere. Pure."""

from __future__ import annotations

import json

_SCRIPT = """<p role="alert"></p><script>
(async () => {
  const place = %s;
  const mine = document.currentScript?.previousElementSibling;
  const answer = await fetch(place.post, {method: "POST", body: place.body}).catch(() => null);
  if (!answer?.ok) {
    if (mine) mine.textContent = place.failed;
    return;
  }
  const next = new URL(place.next || location.href, location.origin);
  if (next.origin !== location.origin || next.href === location.href) location.reload();
  else location.replace(next);
})();
</script>"""


def post_then_go(path: str, body: str, *, then: str, failed: str) -> str:
    """HTML whose script posts, and on success leaves the page. Pure.

    Args:
        path: of the gateway.
        body: of the request.
        then: a path of ours; "" to load the page's own address anew.
        failed: shown when the gateway refuses.
    """
    told = json.dumps({"post": path, "body": body, "next": then, "failed": failed})
    # In a script, the end of it and the beginning of a comment are seen before the text is.
    return _SCRIPT % told.replace("<", "\\u003c")
