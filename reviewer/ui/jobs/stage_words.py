"""The stages of long work as people would name them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

STAGES: Mapping[str, str] = MappingProxyType(
    {
        "draw": "Drawing the pictures",
        "known": "Looking at what is known",
        "read": "Reading tags",
        "import": "Reading images and tags",
        "match images": "Matching posts and files",
        "check": "Checking the files",
        "previews": "Small copies of large pictures",
        "read images": "Reading images for training",
        "train": "Training the tagger",
        "scan": "Scanning every image",
        "refresh": "Learning from the tags",
        "heads": "Learning each tag",
        "score": "Scoring every image",
        "own scores": "Scoring every image",
        "neighbours": "Finding images that look alike",
        "compare": "Comparing images that look alike",
        "copies": "Comparing possible copies",
        "siblings": "Finding tags that exclude each other",
        "load": "Reading tags and answers",
        "rank": "Ranking the questions",
        "rank tags": "Ranking the answered tags",
        "order": "Putting the questions in order",
        "explain": "Working out why",
        "bring": "Loading the tagger",
        "pull": "Asking the server for tags",
        "audit": "The random sample",
        "statistics": "Counting",
        "scores": "Predicting scores",
        "report": "Figures of every tag",
        "experiment": "Learning with known noise",
        "implications": "Looking for implied tags",
        "groups": "Finding what belongs together",
        "index": "Indexing what images look like",
    }
)
"""What a job calls its stages, to what a person reads."""


def stage_words(stage: str) -> str:
    """The name of a stage for people; of one that is not known here, as the job calls it."""
    return STAGES.get(stage, stage[:1].upper() + stage[1:])
