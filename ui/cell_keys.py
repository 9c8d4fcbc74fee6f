"""Keeps what is typed into a cell of st.data_editor when Enter or Tab follows the last key at once.

The table is glide-data-grid. Its cell editor waits with Enter and Tab for a timer of 0 ms, so that
the last change is in, but sets that timer for every other key too. A letter's timer that ends after
Enter was pressed closes the cell without its text: always when both keys come while the browser is
busy, for instance drawing what another admin saved.
"""

from __future__ import annotations

import streamlit as st

# The window comes first, so that the cell editor hears of no key but those that end it. The browser
# types all the same. A list to choose from has a use for its keys, and keeps them.
_GUARD = """<script>
(() => {
  if (window.oneblockCellKeys) return;
  window.oneblockCellKeys = true;
  const cell = "#portal textarea, #portal input:not([role=combobox])";
  const ends = ["Enter", "Tab", "Escape"];
  window.addEventListener("keydown", (event) => {
    if (event.target.matches(cell) && !ends.includes(event.key)) event.stopPropagation();
  }, true);
})();
</script>"""


def draw_guard() -> None:
    """Lets the page guard its cells until it is loaded anew; it shows nothing.

    Drawn before the table: a browser is to have it by the time that there are cells.
    """
    st.html(_GUARD, unsafe_allow_javascript=True)
