"""Programs that end when the sandbox does, however it ends. Linux only."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_SET_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


def tether() -> Callable[[], None] | None:
    """What a child does between fork and exec so that it gets SIGTERM when we die; None elsewhere.

    The signal comes when the thread ends that made the child, so children must be made by the main
    thread. SIGTERM, because JupyterLab then ends its kernels.
    """
    if sys.platform != "linux":
        return None
    # Nothing is loaded in the child: only one thread of ours lives on there.
    prctl, sandbox, number = ctypes.CDLL(None).prctl, os.getpid(), int(signal.SIGTERM)

    def in_child() -> None:
        prctl(_SET_PARENT_DEATH_SIGNAL, number)
        if os.getppid() != sandbox:
            os._exit(128 + number)

    return in_child
