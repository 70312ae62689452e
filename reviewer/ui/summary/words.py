"""What the summary says: figures, rows of plots and tables, all as plain values."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from reviewer.core.review.controls import Kind
from reviewer.core.review.disagreement import State
from reviewer.core.statistics import wilson
from reviewer.jobs.people import standing_out
from reviewer.ui.figures.plots import Bar, Mark
from reviewer.ui.theme import shown_name
from reviewer.ui.words import duration, percent_range

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reviewer.core.review.controls import Agreement, ControlRecord
    from reviewer.core.review.sitting import Line, Report
    from reviewer.core.tags.vocabulary import Vocabulary
    from reviewer.jobs.people import People

KINDS: Mapping[Kind, str] = {Kind.REPEAT: "self-agreement", Kind.KNOWN: "known answers"}
"""What controls test, in words."""


def figures(report: Report) -> list[tuple[str, str]]:
    """The large figures with their captions."""
    sums = report.totals
    ranked = sums.gain.high < 1 or sums.gain.low > 0
    return [
        (f"{sums.answers:,}", "answers"),
        (f"{sums.fixes:,}", "fixes of the metadata"),
        (duration(sums.seconds) if sums.seconds else "\N{EN DASH}", "at work, pauses left out"),
        (f"{sums.per_minute:,.0f}" if sums.per_minute else "\N{EN DASH}", "answers a minute"),
        (percent_range(sums.gain) if ranked else "\N{EN DASH}", "yield of what was ranked"),
    ]


def bars(report: Report, vocabulary: Vocabulary) -> list[Bar]:
    """Fixes within answers, a tag a row, the most fixes first."""
    return [
        Bar(
            shown_name(vocabulary.name(entry.tag_id)),
            entry.fixes,
            entry.answers,
            f"{entry.fixes:,} of {entry.answers:,}",
        )
        for entry in report.tags
    ]


def marks(report: Report, vocabulary: Vocabulary) -> list[Mark]:
    """Agreement on controls, tags with the most controls first, all tags together on top."""
    found = []
    for kind in Kind:
        whole = report.agreed_in_all(kind)
        if whole.asked:
            found.append(_mark("all tags", whole, kind))
    order = sorted(report.agreed.items(), key=lambda item: -item[1].asked)
    found += [
        _mark(shown_name(vocabulary.name(tag_id)), entry, kind) for (tag_id, kind), entry in order
    ]
    return found


def _mark(name: str, found: Agreement, kind: Kind) -> Mark:
    return Mark(name, wilson(found.alike, found.asked), second=kind is Kind.KNOWN)


def agreement_sentence(report: Report) -> str:
    """How the controls went, in a sentence each kind."""
    told = []
    for kind, words in KINDS.items():
        found = report.agreed_in_all(kind)
        if found.asked:
            share = percent_range(wilson(found.alike, found.asked))
            told.append(f"{words} {share}, {found.alike} of {found.asked}")
    return "\n".join(told)


def others(told: People, me: str) -> list[str]:
    """How a reviewer agrees with the others, a line each; empty where there are none.

    Args:
        told: All reviewers.
        me: Who is at the window.
    """
    mine = next((person for person in told.persons if person.who.name == me), None)
    lines = []
    if mine is not None:
        for name, entry in sorted(mine.accords.items()):
            kappa = "" if entry.kappa is None else f", kappa {entry.kappa:.2f}"
            share = percent_range(entry.share)
            pairs = "1 pair" if entry.pairs == 1 else f"{entry.pairs:,} pairs"
            lines.append(f"{name}: {share} alike{kappa}, {pairs}")
        if mine.wrong is not None:
            share = percent_range(mine.wrong)
            lines.append(f"Of {mine.shared:,} answers, {share} differ from what all come to.")
    lines += [
        standing_out(person, percent_range(person.wrong))
        for person in told.persons
        if person.stands_out and person.wrong is not None
    ]
    left = told.disagreements[State.OPEN]
    if left == 1:
        lines.append("1 disagreement is open; a queue asks it.")
    elif left:
        lines.append(f"{left:,} disagreements are open; a queue asks them.")
    return lines


def dispute(record: ControlRecord, vocabulary: Vocabulary) -> str:
    """A control that was answered otherwise, in two short lines."""
    name = shown_name(vocabulary.name(record.given.tag_id))
    before, now = record.expected.answer.word, record.given.answer.word
    mine = record.expected.reviewer == record.given.reviewer
    who = "before" if mine else f"by {record.expected.reviewer or 'someone else'}"
    return f"{name}\n{before} {who}, {now} now"


def table(report: Report, vocabulary: Vocabulary) -> str:
    """Every figure as CSV: what, of which tag or when, value, its interval, what it rests on."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["figure", "of", "value", "low", "high", "answers"])
    sums = report.totals
    writer.writerows(
        [
            ["answers", "", sums.answers, "", "", ""],
            ["fixes", "", sums.fixes, "", "", ""],
            ["seconds", "", round(sums.seconds, 1), "", "", ""],
            ["answers a minute", "", round(sums.per_minute, 2), "", "", ""],
            ["yield", "", *_interval(sums.gain.share, sums.gain.low, sums.gain.high), ""],
        ]
    )
    for entry in report.tags:
        name = vocabulary.name(entry.tag_id)
        writer.writerow(["fixes of a tag", name, entry.fixes, "", "", entry.answers])
        gain = _interval(entry.gain.share, entry.gain.low, entry.gain.high)
        writer.writerow(["yield of a tag", name, *gain, entry.ranked])
    for (tag_id, kind), found in report.agreed.items():
        share = wilson(found.alike, found.asked)
        row = _interval(share.share, share.low, share.high)
        writer.writerow([KINDS[kind], vocabulary.name(tag_id), *row, found.asked])
    writer.writerows(_points("answers a minute then", report.pace))
    writer.writerows(_points("yield then", report.gain))
    return text.getvalue()


def _interval(*values: float) -> list[float]:
    return [round(value, 4) for value in values]


def _points(name: str, line: Line) -> Sequence[list[str | float]]:
    low = line.low if line.low is not None else [""] * len(line.at)
    high = line.high if line.high is not None else [""] * len(line.at)
    return [
        [name, round(float(at), 3), round(float(value), 4), *_ends(first, last), ""]
        for at, value, first, last in zip(line.at, line.value, low, high, strict=True)
    ]


def _ends(low: float | str, high: float | str) -> list[str | float]:
    return [end if isinstance(end, str) else round(float(end), 4) for end in (low, high)]
