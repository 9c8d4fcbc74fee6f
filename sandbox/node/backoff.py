"""How long to wait before a container is started again. Pure."""

from __future__ import annotations

from dataclasses import dataclass

FIRST = 10.0
LONGEST = 300.0
# A container that ran so long (seconds) is forgiven its earlier failures.
FORGIVEN_AFTER = 600.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """The kubelet's: at once after the first end, then 10 s, 20 s ... 300 s."""

    ends: int = 0

    def after_run(self, seconds: float) -> Backoff:
        """The state after a run that lasted so long."""
        return Backoff(1) if seconds >= FORGIVEN_AFTER else Backoff(self.ends + 1)

    @property
    def pause(self) -> float:
        """Seconds to wait before the next start."""
        return 0.0 if self.ends <= 1 else min(FIRST * 2.0 ** (self.ends - 2), LONGEST)


def is_restarted(policy: str, exit_code: int) -> bool:
    """Whether a container that ended so is started again."""
    return policy == "Always" or (policy == "OnFailure" and exit_code != 0)
