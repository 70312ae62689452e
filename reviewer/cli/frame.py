"""What all commands share: options, the collection they are for, and how they end."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import click

from reviewer.cli.listeners import JsonOutput, Output, TerminalOutput
from reviewer.cli.suggesting import ImageFolder
from reviewer.core.errors import ReviewerError, SourceError, UsageError
from reviewer.settings import Recent, load, save
from reviewer.store.library import Library
from reviewer.store.news import news
from reviewer.store.workspace import workspace_for
from reviewer.ui.system_libraries import WITHOUT, lacking_sentence, named_in

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Frame:
    """The options before the command's name."""

    json: bool = False
    nice: bool = False

    def output(self) -> Output:
        """Where this command tells what it does."""
        return JsonOutput() if self.json else TerminalOutput()


def collection_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds FOLDER and --workspace to a command, which is given a `Call` in their place."""

    @click.pass_obj
    @wraps(command)
    def run(
        frame: Frame,
        /,
        folder: Path | None,
        workspace: Path | None,
        **given: Any,  # noqa: ANN401 - click's
    ) -> None:
        command(Call(frame, folder, workspace), **given)

    run = click.option(
        "--workspace",
        type=click.Path(file_okay=False, path_type=Path),
        help="Where what is known of the collection is kept. Default: in your data folder.",
    )(run)
    return click.argument("folder", required=False, type=ImageFolder())(run)


def reviewer_option(command: Command) -> Command:
    """Adds --reviewer, the name that answers are stored with from now on."""
    return click.option(
        "--reviewer",
        "name",
        envvar="TAG_REVIEWER_NAME",
        metavar="NAME",
        help="Your name: answers are stored with it from now on. Or set TAG_REVIEWER_NAME.",
    )(command)


def review_as(name: str | None) -> None:
    """Keeps a name for whoever reviews from now on; nothing where none was given.

    Raises:
        SourceError: The settings cannot be read or written.
    """
    if name and name.strip():
        settings = load()
        if settings.reviewer != name.strip():
            save(settings.with_value("reviewer", name.strip()))


@dataclass(frozen=True, slots=True)
class Place:
    """A collection: its workspace and, if it was named, its image folder."""

    workspace: Path
    folder: Path | None


@dataclass(frozen=True, slots=True)
class Call:
    """A command as it was called: the options before its name, and what names its collection."""

    frame: Frame
    folder: Path | None
    workspace: Path | None

    def place(self) -> Place:
        """The collection that the command is for: as named, else the last one opened.

        Raises:
            UsageError: None was named and none was opened before.
            SourceError: The folder is not there, or none was named and the settings cannot be
                read.
        """
        if self.folder is not None:
            return Place(workspace_for(self.folder, self.workspace), self.folder)
        if self.workspace is not None:
            return Place(self.workspace, None)
        settings = load()
        if not settings.recent:
            raise UsageError(
                "Which collection? Name its folder of images, for example: reviewer open ~/Pictures"
            )
        return Place(Path(settings.recent[0].workspace), None)

    @contextmanager
    def opened(
        self, *, working: bool = True, purpose: str = "jobs", beginning: bool = False
    ) -> Iterator[tuple[Library, Output]]:
        """Opens the collection of the command, with its output; what goes wrong ends it.

        Args:
            working: Hold the collection, so that no other job works on it.
            purpose: What it is held for: "jobs", or "write-back", which is done beside those.
            beginning: Begin the collection of a folder that was named and has none yet.
        """
        with self.frame.output() as output, ending(output):
            place = self.place()
            if beginning and place.folder is not None:
                with Library.create(place.workspace, place.folder) as library:
                    remember(library, output)
            with Library.open(place.workspace, folder=place.folder) as library:
                tell_news(library, output)
                if not working:
                    yield library, output
                    return
                with library.workspace.held(purpose):
                    yield library, output


def remember(library: Library, output: Output) -> None:
    """Makes a collection the one that commands are for when none is named.

    Where that cannot be written down it is only said: the work of the command is done.
    """
    entry = Recent(
        workspace=str(library.workspace.path),
        folder=str(library.folder),
        name=library.name,
        images=library.images.counts()["ok"],
        answers=library.decisions.total(),
    )
    try:
        save(load().with_recent(entry))
    except SourceError as error:
        output.note(f"{error} Name the folder in the next command.")


def tell_news(library: Library, output: Output) -> None:
    """Says what the person should know of where the collection and its images are."""
    for sentence in news(library):
        output.note(sentence)


OWN_PACKAGES = {"reviewer", "model"}
"""What comes with the program: where a part of it is not found, that is a fault of ours."""


@contextmanager
def ending(output: Output) -> Iterator[None]:
    """Ends a command: a known error becomes its sentence and exit code."""
    try:
        yield
    except ReviewerError as error:
        logging.getLogger(__name__).debug("ended", exc_info=True)
        output.error(str(error), error.exit_code)
        sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in OWN_PACKAGES:
            raise
        logging.getLogger(__name__).debug("ended", exc_info=True)
        output.error(lacking(error.name or str(error)), ReviewerError.exit_code)
        sys.exit(ReviewerError.exit_code)
    except KeyboardInterrupt:
        output.error("stopped; started again it goes on where it was.", 130)
        sys.exit(130)


def lacking(module: str) -> str:
    """What to do where a library is not installed, which a review without a tagger can do without.

    Args:
        module: Its name in Python.
    """
    package = module.partition(".")[0]
    return (
        f"{package} is not installed for {sys.executable}, and this step needs it: "
        f"{sys.executable} -m pip install {package}. Reviewing, exporting and writing back go on "
        "without it."
    )


def need_display() -> None:
    """Refuses to open a window where there is nowhere to show it.

    Raises:
        UsageError: There is no display, or a library of the system lacks; the text names the
            remedy.
    """
    shown = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in shown):
        raise UsageError(f"There is no display to open a window on. {WITHOUT}")
    try:
        import_module("PySide6.QtWidgets")
    except ModuleNotFoundError:
        raise
    except ImportError as error:
        library = named_in(str(error))
        problem = lacking_sentence([library]) if library else f"Qt cannot be used: {error}."
        raise UsageError(f"{problem} {WITHOUT}") from error


def stop_calmly() -> None:
    """Treats a request to terminate like Ctrl+C, so that files are closed."""

    def stop(number: int, place: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
