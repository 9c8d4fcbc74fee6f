"""Finds out once whether this browser knows the host names that notebooks have below localhost."""

from __future__ import annotations

import streamlit as st

# Only where the app is opened at localhost. Any answer will do; none at all means that the browser
# does not resolve the name, and then notebooks are to stay on this host.
_PROBE = """<script>
(() => {
  if (location.hostname !== "localhost" || sessionStorage.getItem("oneblock-own-hosts")) return;
  sessionStorage.setItem("oneblock-own-hosts", "asked");
  const here = `${location.protocol}//probe.localhost:${location.port}/.oneblock/here`;
  fetch(here, { mode: "no-cors", cache: "no-store" })
    .catch(() => fetch("/session/shared-host", { method: "POST" }));
})();
</script>"""


def draw_probe() -> None:
    """Lets the page ask; it shows nothing."""
    st.html(_PROBE, unsafe_allow_javascript=True)
