"""The tagger's events as those of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.types import Progress

if TYPE_CHECKING:
    from model.request import EpochDone, Step
    from reviewer.jobs.context import Listener

_STAGES = {"read": "read images", "train": "train", "check": "check", "save": "save"}


class TrainingEvents:
    """Hears a training run and tells a listener of it."""

    def __init__(self, listener: Listener) -> None:
        """Tells `listener`."""
        self._listener = listener

    def __call__(self, event: Step | EpochDone) -> None:
        """One step or one epoch."""
        from model.request import EpochDone

        if isinstance(event, EpochDone):
            self._listener.note(
                f"epoch {event.epoch} of {event.epochs}: loss {event.loss:.4f}, "
                f"validation mAP {event.val_map:.3f}, {event.rate:.0f} images a second"
            )
        elif event.total:
            name = _STAGES.get(event.stage, event.stage)
            self._listener.progress(
                Progress(name, event.done, event.total, "images", event.rate, event.note)
            )
        elif event.note:
            self._listener.note(event.note)
