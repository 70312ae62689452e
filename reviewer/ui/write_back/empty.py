"""What stands in write-back where there is nothing in its table: what would be, and what to do."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from reviewer.ui.write_back.model import Part

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_DIFF = (
    "What would your answers change here?",
    (
        "The diff lists every image that would change, tag by tag, beside its picture. Making it "
        "reads and writes nothing there; after it you choose what is sent, and any batch can be "
        "taken back."
    ),
)
"""Before the first diff: a title, and what it is."""

NOTHING: Mapping[Part, tuple[str, str]] = MappingProxyType(
    {
        Part.DIFF: (
            "Nothing would change",
            (
                "Your answers agree with what is there, or there are none yet. Answer on, then "
                "make the diff again."
            ),
        ),
        Part.LEFT_OUT: (
            "Nothing is left out",
            "Edits that cannot be sent stand here, with the reason.",
        ),
        Part.WAY: (
            "Nothing is on its way",
            "What is ticked in the diff comes here with Send.",
        ),
        Part.CONFLICT: (
            "No conflicts",
            "Where somebody else changed the same tags meanwhile, you say here what holds.",
        ),
        Part.DONE: (
            "Nothing was sent yet",
            "What is sent stands here, and can be taken back.",
        ),
        Part.FAILED: (
            "Nothing failed",
            "What could not be sent stands here, with the reason.",
        ),
    }
)
"""For each part of a destination without a row, the same."""
