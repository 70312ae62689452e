"""The tagger's events as those of a job."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from reviewer.core.types import Progress

if TYPE_CHECKING:
    from model.request import EpochDone, Step
    from reviewer.jobs.context import Listener

_STAGES = {"read": "read images"}


class TrainingEvents:
    """Hears a training run and tells a listener of it.

    Training and checking are told as one stage over all epochs, so that the time left is that of
    the whole run.
    """

    def __init__(self, listener: Listener, epochs: int) -> None:
        """Tells `listener` of a run of so many epochs at most."""
        self._listener = listener
        self._epochs = epochs
        self._over = 0
        self._each = 0
        self._resumed: int | None = None
        self._began = 0.0

    def __call__(self, event: Step | EpochDone) -> None:
        """One step or one epoch."""
        from model.request import EpochDone

        if isinstance(event, EpochDone):
            self._over = event.epoch
            self._tell_training(0, self._each)
            self._listener.note(
                f"epoch {event.epoch} of {event.epochs}: loss {event.loss:.4f}, "
                f"validation mAP {event.val_map:.3f}, {event.rate:.0f} images a second"
            )
        elif event.stage == "train" and event.total:
            self._tell_training(event.done, event.total, event.note)
        elif event.stage in _STAGES and event.total:
            name = _STAGES[event.stage]
            self._listener.progress(
                Progress(name, event.done, event.total, "images", event.rate, event.note)
            )
        elif event.stage == "start":
            self._listener.note(event.note)

    def _tell_training(self, done: int, each: int, note: str = "") -> None:
        """Tells how far the run is: so many images of this epoch, each having so many."""
        if self._resumed is None:
            self._resumed, self._began = self._over, time.monotonic()
        self._each = each
        over = self._over * each + done
        spent = time.monotonic() - self._began
        rate = (over - self._resumed * each) / spent if spent > 1 else 0.0
        self._listener.progress(Progress("train", over, self._epochs * each, "images", rate, note))
