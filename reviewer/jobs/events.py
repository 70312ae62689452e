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
        self._resumed: int | None = None
        self._began = 0.0

    def __call__(self, event: Step | EpochDone) -> None:
        """One step or one epoch."""
        from model.request import EpochDone

        if isinstance(event, EpochDone):
            self._over = event.epoch
            self._listener.note(
                f"epoch {event.epoch} of {event.epochs}: loss {event.loss:.4f}, "
                f"validation mAP {event.val_map:.3f}, {event.rate:.0f} images a second"
            )
        elif event.stage == "train" and event.total:
            self._tell_training(event)
        elif event.stage in _STAGES and event.total:
            name = _STAGES[event.stage]
            self._listener.progress(
                Progress(name, event.done, event.total, "images", event.rate, event.note)
            )
        elif event.stage == "start":
            self._listener.note(event.note)

    def _tell_training(self, event: Step) -> None:
        if self._resumed is None:
            self._resumed, self._began = self._over, time.monotonic()
        done = self._over * event.total + event.done
        since = done - self._resumed * event.total
        spent = time.monotonic() - self._began
        rate = since / spent if spent > 1 else 0.0
        total = self._epochs * event.total
        self._listener.progress(Progress("train", done, total, "images", rate, event.note))
