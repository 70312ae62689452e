"""Write-back: what would change at each destination, Send after the diff was seen, and states."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import (
    QFileDialog,
    QStackedWidget,
    QWidget,
)

from reviewer.core.errors import ReviewerError, StoreError
from reviewer.core.outbox import EntryState
from reviewer.jobs.writing import outbox
from reviewer.jobs.writing.diff import ShownDiff, load_shown
from reviewer.jobs.writing.places import FILES, cap_of, find_destination, may_batch, policy_of
from reviewer.sites.policy import Mode, Policy
from reviewer.sources.pulled import PREFIX
from reviewer.ui.jobs.runner import JobState
from reviewer.ui.side_page import SidePage
from reviewer.ui.widgets.parts import PAGE_EDGE, in_column, in_row, text_label
from reviewer.ui.write_back.destinations import DestinationForm, DestinationList
from reviewer.ui.write_back.jobs import WriteBackJobs
from reviewer.ui.write_back.model import (
    NO_DIFF,
    NOTHING,
    STATES,
    Column,
    Part,
    diff_rows,
    entry_rows,
    left_out_rows,
)
from reviewer.ui.write_back.preview import WriteBackPreview
from reviewer.ui.write_back.sheet import WriteBackSheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from reviewer.core.outbox import Destination
    from reviewer.store.library import Library
    from reviewer.ui.jobs.runner import Job
    from reviewer.ui.review import Review
    from reviewer.ui.side_pages import Beside

MOST_ROWS = 500
"""Edits that are shown of each state, the last ones: a table is read anew while a job runs."""

LEFT = 290
"""Width of the destinations and of the picture, device-independent pixels."""


class WriteBackPage(SidePage):
    """Destinations at the left, their diff and edits at the right.

    Attributes:
        acts: What the buttons do, by name.
    """

    command_id = "writeback"

    def __init__(self, review: Review, beside: Beside, parent: QWidget | None = None) -> None:
        """Begins where the tags came from: a server, else the files of the collection."""
        super().__init__(parent)
        self._library = review.library
        self._beside = beside
        self._part = Part.DIFF
        self._shown: ShownDiff | None = None
        self._policy: Policy | None = None
        self._wanted = where_from(review.library)
        self.places = DestinationList(self)
        self.sheet = WriteBackSheet(self)
        self.preview = WriteBackPreview(review.controller.showing.files, self)
        self.form = DestinationForm(review.library.destinations.put, self)
        self._right = QStackedWidget(self)
        self._form_page = QWidget(self)
        self._left = QWidget(self)
        self._left.setFixedWidth(LEFT)
        self._lay_out()
        self.jobs = WriteBackJobs(beside, self)
        self.acts: dict[str, Callable[[], None]] = {
            "diff": partial(self._go, "Diff of", "diff"),
            "look": partial(self._go, "Diff of", "diff", "--look"),
            "save": self._save,
            "send": self.send,
            "pull": lambda: self.jobs.take_tags(self._library.folder, self._wanted),
            "pause": partial(self._change, _pause, then_send=False),
            "resume": partial(self._go, "Send to", "resume"),
            "rest": partial(self._settle, send_rest=True),
            "theirs": partial(self._settle, send_rest=False),
            "retry": partial(self._change, outbox.retry, then_send=True),
            "cancel": partial(self._change, outbox.cancel, then_send=False),
            "undo": partial(self._go, "Take back from", "undo"),
        }
        self.places.chosen.connect(self._place_chosen)
        self.places.add_wanted.connect(self._open_form)
        self.sheet.acted.connect(lambda name: self.acts[name]())
        self.sheet.part_wanted.connect(self.show_part)
        self.sheet.model.dataChanged.connect(self._update)
        self.sheet.table.selectionModel().selectionChanged.connect(self._update)
        self.sheet.model.modelReset.connect(partial(self.preview.show_row, None))
        self.sheet.table.selectionModel().currentRowChanged.connect(
            lambda now, _before: self.preview.show_row(self.sheet.model.row(now.row()))
        )
        self.form.saved.connect(self._added)
        self.form.left.connect(partial(self._right.setCurrentWidget, self.sheet))
        self.jobs.moved.connect(self._show_progress)
        self.jobs.states_due.connect(self._show_states)
        self.jobs.ended.connect(self._job_ended)

    def _lay_out(self) -> None:
        title = text_label("Write back", "page", of=self)
        back = self.back_button()
        top = in_row(title, 1, back)
        in_column(self.form, 1, of=self._form_page, edge=0)
        self._right.addWidget(self.sheet)
        self._right.addWidget(self._form_page)
        in_column((self.places, 1), self.preview, of=self._left, gap=12, edge=0)
        lower = in_row(self._left, (self._right, 1), gap=16)
        in_column(top, (lower, 1), of=self, gap=10, edge=PAGE_EDGE)

    # -- the page --------------------------------------------------------------------------------

    def opened(self) -> None:
        """Reads destinations and states anew."""
        # What keeps the files from being one of them is said where they are shown.
        with suppress(StoreError):
            find_destination(self._library, FILES.name)
        self.places.show_places(self._library.destinations.all(), self._wanted)
        self.refresh()
        self.sheet.take_focus()

    def dispose(self) -> None:
        """Ends the decoding, and the keeping of keys."""
        self.preview.close_loader()
        self.form.dispose()

    @property
    def destination(self) -> Destination:
        """The one that is chosen."""
        return find_destination(self._library, self._wanted)

    def refresh(self) -> None:
        """Shows what is known of the chosen destination now."""
        self.sheet.say("")
        try:
            place = self.destination
            self._policy = policy_of(place)
            self._shown = load_shown(self._library, place.name)
        except ReviewerError as error:
            self.sheet.say(str(error))
            return
        # Of files the post is the file itself.
        self.sheet.table.setColumnHidden(Column.POST, place.kind == FILES.kind)
        self.sheet.rules.setText(rules_of(place, self._policy))
        if self._shown is not None and not self._is_fresh():
            self.sheet.say("Answers were given since this diff: show it again before Send.")
        self.show_part(self._part)
        self.sheet.show_job(self.jobs.of(self._wanted), self.jobs.ahead)

    def show_part(self, part: Part) -> None:
        """Shows the diff, what is left out of it, or edits by state."""
        self._part = part
        shown = self._shown or ShownDiff()
        if part is Part.DIFF and self._policy is not None:
            batch = may_batch(self.destination, self._policy)
            sends = self._policy.mode is not Mode.EXPORT_ONLY
            drafts = self._library.outbox.draft_paths(self._wanted) if sends else None
            self.sheet.model.show_rows(diff_rows(shown, drafts), ticks=sends, ticked=batch)
        elif part is Part.LEFT_OUT:
            self.sheet.model.show_rows(left_out_rows(shown), ticks=False)
        elif part in STATES:
            entries = self._library.outbox.latest(self._wanted, STATES[part], MOST_ROWS)
            self.sheet.model.show_rows(entry_rows(entries), ticks=False)
        # One that was sent before the last answers says nothing of what they would change.
        first = part is Part.DIFF and not self._is_fresh()
        words = NO_DIFF if first else NOTHING[part]
        self.sheet.show_nothing(None if self.sheet.model.rowCount() else words, first=first)
        self._update()

    def send(self) -> None:
        """Queues what is ticked in the diff on screen, and starts the sender."""
        if self._part is not Part.DIFF or self._policy is None:
            return
        allowed = self.sheet.new_tags.isChecked()
        wanted = outbox.Queueing(self.sheet.model.ticked, new_allowed=allowed)
        try:
            outbox.queue(self._library, self.destination, self._policy, wanted)
        except ReviewerError as error:
            self.sheet.say(str(error))
            return
        self._go("Send to", "resume")
        self.show_part(Part.WAY)

    # -- inside ----------------------------------------------------------------------------------

    def _place_chosen(self, name: str) -> None:
        self._wanted = name
        self._part = Part.DIFF
        self.refresh()

    def _is_fresh(self) -> bool:
        return self._shown is not None and self._shown.decided == self._library.decisions.last_id()

    def _update(self, *_about: object) -> None:
        """Brings counts and buttons up to date."""
        sheet, shown = self.sheet, self._shown or ShownDiff()
        held = self._library.outbox.counts(self._wanted)
        counts = {part: sum(held.get(s, 0) for s in states) for part, states in STATES.items()}
        sends = self._policy is not None and self._policy.mode is not Mode.EXPORT_ONLY
        drafts = held.get(EntryState.DRAFT, 0) if sends else len(shown.edits)
        counts |= {Part.DIFF: drafts, Part.LEFT_OUT: len(shown.skipped)}
        sheet.show_parts(self._part, counts)
        sheet.figures.setText(figures_of(self._shown, waiting=drafts))
        # Of files the diff itself has looked at everything, and any tag may be new there.
        posts = sends and self._wanted != FILES.name
        free = self.jobs.of(self._wanted) is None
        ticked = len(sheet.model.ticked) if self._part is Part.DIFF else 0
        settle = free and self._part is Part.CONFLICT and bool(sheet.table.chosen)
        sheet.buttons["send"].setText(f"Send {ticked:,}" if ticked else "Send")
        sheet.enable(
            {
                "send": sends and free and ticked > 0 and self._is_fresh(),
                "diff": free,
                "look": posts and free,
                "save": self._shown is not None and free,
                "pull": free,
                "pause": not free,
                "resume": free and counts[Part.WAY] > 0,
                "cancel": free and counts[Part.WAY] > 0,
                "rest": settle,
                "theirs": settle,
                "retry": free and self._part is Part.FAILED and counts[Part.FAILED] > 0,
                "undo": free and self._library.outbox.last_batch(self._wanted) is not None,
            },
            self._part,
        )
        # Tags that come from elsewhere are not exchanged for a server's by one click.
        source = self._library.state.get("source")
        sheet.buttons["pull"].setVisible(source == f"{PREFIX}{self._wanted}")
        for about_posts in (sheet.buttons["look"], sheet.new_tags):
            about_posts.setVisible(posts)

    def _go(self, title: str, command: str, *more: str) -> None:
        if command == "diff":
            self._part = Part.DIFF
        self.jobs.start(title, command, self._wanted, *more)

    def _save(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Save the diff", f"{self._wanted}.csv", "Table (*.csv);;JSON (*.json)"
        )
        if chosen:
            looked = self._shown is not None and self._shown.looked
            look = ["--look"] if looked else []
            self._go("Save the diff of", "diff", *look, "--save", str(Path(chosen)))

    def _settle(self, *, send_rest: bool) -> None:
        chosen = self.sheet.table.chosen
        work = partial(outbox.settle, paths=chosen, send_rest=send_rest)
        self._change(work, then_send=send_rest)

    def _change(self, work: Callable[[Library, Destination], object], *, then_send: bool) -> None:
        """Changes entries of the destination, and sends if that is what it is for."""
        try:
            work(self._library, self.destination)
        except ReviewerError as error:
            self.sheet.say(str(error))
            return
        if then_send:
            self._go("Send to", "resume")
        self.refresh()

    def _open_form(self) -> None:
        self._right.setCurrentWidget(self._form_page)
        self.form.begin()

    def _added(self, name: str) -> None:
        self._wanted = name
        self._part = Part.DIFF
        self._right.setCurrentWidget(self.sheet)
        self.opened()

    def _show_progress(self) -> None:
        self.sheet.show_job(self.jobs.of(self._wanted), self.jobs.ahead)
        self._update()

    def _show_states(self) -> None:
        """Reads the states again, while a job changes them."""
        if self.isVisible() and self._part in STATES:
            self.show_part(self._part)

    def _job_ended(self, job: Job) -> None:
        if self.isVisible():
            counts = self._library.outbox.counts(self._wanted)
            if self._part is Part.WAY and not any(counts.get(s) for s in STATES[Part.WAY]):
                self._part = Part.CONFLICT if counts.get(EntryState.CONFLICT) else Part.DONE
            self.refresh()
            if job.state is JobState.FAILED:
                self.sheet.say(job.message)


def _pause(library: Library, place: Destination) -> None:
    library.destinations.put(replace(place, paused=True))


def rules_of(place: Destination, policy: Policy) -> str:
    """What holds for a destination: what it is, then its rules."""
    approved = bool(place.approved_by)
    modes = {
        Mode.BATCH_OK: "",
        Mode.MANUAL_EACH: "" if approved else "Each image is ticked by itself.",
        Mode.EXPORT_ONLY: "Nothing is ever sent there: save the diff.",
    }
    cap = cap_of(place, policy)
    parts = [
        " ".join(part for part in (policy.rules, policy.rules_url) if part),
        modes[policy.mode],
        f"At most {cap:,} edits in 24 hours." if cap else "",
        f"Batches were approved by {place.approved_by}." if approved else "",
        "It is paused." if place.paused else "",
    ]
    title = "  ".join(part for part in (policy.title, place.url) if part)
    rules = " ".join(part for part in parts if part)
    return f"{title}\n{rules}" if rules else title


def where_from(library: Library) -> str:
    """Name of the destination whose tags the collection has; its files where it is none."""
    source = library.state.get("source")
    name = source.removeprefix(PREFIX)
    there = source != name and any(place.name == name for place in library.destinations.all())
    return name if there else FILES.name


def figures_of(shown: ShownDiff | None, *, waiting: int) -> str:
    """The figures of a diff, in one line.

    Args:
        shown: The diff; `None` without one.
        waiting: How many of its edits may still be sent.
    """
    if shown is None:
        return "No diff was made yet. Nothing leaves before Send."
    said = (
        ("images", "images"),
        ("adds", "tags added"),
        ("removes", "removed"),
        ("new_tags", "new there"),
        ("conflicts", "conflicts"),
        ("skipped", "left out"),
    )
    words = [f"{shown.counts.get(name, 0):,} {what}" for name, what in said]
    if not shown.looked:
        words.append("posts not looked at yet")
    line = "  \N{MIDDLE DOT}  ".join(words)
    sent = not waiting and shown.counts.get("conflicts", 0) < len(shown.edits)
    return f"The last diff was sent: {line}" if sent else line
