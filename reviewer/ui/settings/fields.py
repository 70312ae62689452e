"""What can be set, as data: the settings page is made from it, a line a setting.

A new setting is a field of `Settings` and one line here. How it takes effect is in `applying.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from reviewer.ui.theme import TEXT_SIZES, Theme


@dataclass(frozen=True, slots=True)
class _Setting:
    """One setting.

    Attributes:
        name: Of the field of `Settings`.
        title, hint: For people.
    """

    name: str
    title: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Text(_Setting):
    """A line of text."""


@dataclass(frozen=True, slots=True)
class Switch(_Setting):
    """Yes or no."""


@dataclass(frozen=True, slots=True)
class Number(_Setting):
    """A whole number, or one with two places where `least` is not whole.

    Attributes:
        least, most, step: What can be set, in the units of the field.
        unit: Written after the number.
        zero: What nought means, in words; empty where it means nothing special.
    """

    least: float = 0
    most: float = 1_000_000
    step: float = 1
    unit: str = ""
    zero: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether the field holds a whole number."""
        return isinstance(self.least, int)


@dataclass(frozen=True, slots=True)
class Choice(_Setting):
    """One of a few.

    Attributes:
        options: Values of the field, with their words.
    """

    options: tuple[tuple[str | int, str], ...] = ()


Field: TypeAlias = Text | Number | Switch | Choice


@dataclass(frozen=True, slots=True)
class Section:
    """Settings under one heading."""

    title: str
    fields: tuple[Field, ...]


SECTIONS: tuple[Section, ...] = (
    Section(
        "Looks",
        (
            Choice(
                "theme",
                "Colours",
                "Neutral greys either way, so that pictures look as they are.",
                (
                    (Theme.DARK.value, "Dark"),
                    (Theme.LIGHT.value, "Light"),
                    (Theme.CONTRAST.value, "High contrast"),
                    (Theme.SYSTEM.value, "As the system"),
                ),
            ),
            Choice(
                "text_percent",
                "Size of the text",
                options=tuple((size, f"{size}%") for size in TEXT_SIZES),
            ),
        ),
    ),
    Section(
        "Review",
        (
            Text("reviewer", "Your name", "Stored with every answer; you take back only your own."),
            Number(
                "refresh_every",
                "Learn from the answers",
                "Questions are ranked anew in the background while you go on.",
                most=100_000,
                step=50,
                unit=" answers",
                zero="never",
            ),
            Switch(
                "carry_copies",
                "Carry answers to copies",
                "An answer goes to the true copies of its image too; one undo takes all back.",
            ),
            Number(
                "accept_after",
                "Offer to accept the rest",
                "After so many Yes in a row above one score, with a sample asked first.",
                most=1000,
                step=5,
                unit=" Yes in a row",
                zero="never",
            ),
            Number(
                "accept_precision",
                "Promise of what is accepted",
                "Least share of Yes among what is accepted in one go; the sample must show it.",
                least=0.5,
                most=0.999,
                step=0.01,
            ),
        ),
    ),
    Section(
        "Honest control",
        (
            Number(
                "controls_percent",
                "Questions with a known answer",
                "Unmarked, to see how well you agree with yourself and with what is settled.",
                most=20,
                unit=" in a hundred",
                zero="none",
            ),
            Number(
                "audit_percent",
                "Questions from the random sample",
                "Once a sample is drawn (reviewer audit), to tell how good the tags are.",
                most=100,
                step=5,
                unit=" in a hundred",
                zero="none",
            ),
            Number(
                "second_percent",
                "Questions that someone else answered",
                "Asked unmarked, to see where reviewers differ; nothing is replaced unseen.",
                most=50,
                unit=" in a hundred",
                zero="none",
            ),
            Number(
                "controls_floor_percent",
                "Say so when agreement falls below",
                most=100,
                step=5,
                unit=" %",
                zero="never",
            ),
            Number(
                "few_fixes",
                "Advise to move on when the next hundred promise fewer than",
                most=100,
                unit=" fixes",
                zero="never",
            ),
        ),
    ),
    Section(
        "Scans",
        (
            Choice(
                "engine",
                "Without a GPU a scan runs on",
                "What loses something is measured on your images first, and refused if it is much: "
                "reviewer engines",
                (
                    ("torch", "torch"),
                    ("onnx", "ONNX Runtime (the same scores, often faster)"),
                    ("bf16", "16 bit (newer processors, nearly the same scores)"),
                    ("int8", "Bytes (fastest, loses a little)"),
                ),
            ),
        ),
    ),
    Section(
        "Pictures and memory",
        (
            Number(
                "cache_mib",
                "Memory for decoded pictures",
                least=32,
                most=65_536,
                step=64,
                unit=" MiB",
            ),
            Number("decode_threads", "Pictures decoded at the same time", least=1, most=64),
            Number("ahead", "Questions prepared ahead", "At least.", least=1, most=200),
            Number("behind", "Questions kept to go back to", most=200),
        ),
    ),
)
