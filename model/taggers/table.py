"""All families, the most telling first: the first one that recognises a folder reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.errors import TaggerProblem
from model.taggers.autotagger import AUTOTAGGER
from model.taggers.camie import CAMIE
from model.taggers.deepdanbooru import DEEPDANBOORU, DEEPDANBOORU_KERAS
from model.taggers.deepghs import DEEPGHS
from model.taggers.exported import EXPORTED
from model.taggers.joytag import JOYTAG
from model.taggers.ml_danbooru import ML_DANBOORU
from model.taggers.ours import OURS
from model.taggers.torchvision_checkpoint import TORCHVISION
from model.taggers.wd import OTHER_ONNX, OTHER_TIMM, WD_ONNX, WD_TIMM

if TYPE_CHECKING:
    from model.taggers.facts import FolderFacts
    from model.taggers.family import Family

FAMILIES: tuple[Family, ...] = (
    EXPORTED,
    OURS,
    DEEPGHS,
    WD_TIMM,
    OTHER_TIMM,
    WD_ONNX,
    OTHER_ONNX,
    JOYTAG,
    CAMIE,
    ML_DANBOORU,
    AUTOTAGGER,
    DEEPDANBOORU_KERAS,
    DEEPDANBOORU,
    TORCHVISION,
)


def recognise(facts: FolderFacts) -> Family:
    """The family of a folder, by what is in its files and never by its name.

    Raises:
        TaggerProblem: No family knows it, or a file is damaged.
    """
    for family in FAMILIES:
        if family.recognises(facts):
            return family
    seen = ", ".join(facts.names[:8]) or "nothing"
    known = "; ".join(family.words for family in FAMILIES)
    raise TaggerProblem(
        f"No tagger was recognised in {facts.folder}, which holds {seen}. Known are: {known}. "
        "Copy the whole folder of the tagger, its list of tags included."
    )
