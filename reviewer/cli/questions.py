"""Commands that find more to ask or to propose: ratings, implications, new images."""

from __future__ import annotations

from pathlib import Path

import click

from reviewer.cli.frame import Call, Frame, collection_options, ending
from reviewer.core.errors import UsageError
from reviewer.jobs.questions.implying import find_broken, rule_lines, write_rules
from reviewer.store.library import Library
from reviewer.store.workspace import workspace_for


@click.command("ratings")
@collection_options
@click.option("--seed", type=int, default=0, show_default=True, help="Of the cross-fitting.")
def ratings_command(call: Call, seed: int) -> None:
    """Find images whose rating is likely wrong, and ask about them in the window.

    What the tagger sees and the other tags tell each rating, from images other than the one that
    is judged. The questions are a queue of their own: "Rating of this image?", a key a rating.

    Example: reviewer ratings ~/Pictures/booru
    """
    with call.opened() as (library, output):
        from reviewer.jobs.choices.rating import changes_of, rank_ratings

        report = rank_ratings(library, output, seed=seed)
        output.table(report.lines())
        output.done(changes_of(report).summary)


@click.command("implications")
@collection_options
@click.option("--count", type=click.IntRange(1), default=20, show_default=True, help="Rules shown.")
@click.option(
    "--to",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what the data suggest as a list of implications (CSV), for you to read over.",
)
def implications_command(call: Call, count: int, target: Path | None) -> None:
    """Find tags that are missing although others imply them, by the list or by the data.

    The review window asks them in the queue "Broken implications".

    Example: reviewer implications ~/Pictures/booru --to ~/suggested-implications.csv
    """
    with call.opened() as (library, output):
        changes = find_broken(library, output)
        rules, vocabulary = library.implied.rules(), library.vocabulary()
        output.table(rule_lines(rules, vocabulary, count))
        written = {"written": write_rules(rules, vocabulary, target)} if target else {}
        output.done({**changes.summary, **written})


@click.command("asked")
@collection_options
@click.option("--tag", "wanted", multiple=True, metavar="NAME", help="Ask about it from now on.")
@click.option("--not", "unwanted", multiple=True, metavar="NAME", help="No longer.")
def asked_command(call: Call, wanted: tuple[str, ...], unwanted: tuple[str, ...]) -> None:
    """Choose tags to be asked about although their kind is not: artist, meta, deprecated.

    Their questions come with the next refresh. In the window: write the tag into the picker.

    Example: reviewer asked ~/Pictures/booru --tag signature
    """
    with call.opened() as (library, output):
        chosen = dict.fromkeys(wanted, True) | dict.fromkeys(unwanted, False)
        unknown = sorted(chosen.keys() - library.tags.ids_of(chosen).keys())
        if unknown:
            raise UsageError(f"There is no tag called {', '.join(unknown)} in this collection.")
        if chosen:
            library.tags.want(chosen)
        names = sorted(tag.name for tag in library.tags.some(library.tags.wanted()))
        output.table(names or ["No tag is asked about beside those of the usual kinds."])
        output.done({"tags": len(names)})


@click.command("propose")
@click.argument("images", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--from",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the collection that knows; the last one opened by default.",
)
@click.option(
    "--from-workspace",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where that collection is kept, if not in your data folder.",
)
@click.option(
    "--workspace",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where what is known of the new images is kept. Default: in your data folder.",
)
@click.option(
    "--precision",
    "level",
    type=click.FloatRange(0.5, 0.999),
    default=0.9,
    show_default=True,
    help="A tag is proposed only where this share is right, by the interval's lower end.",
)
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or mps.")
@click.pass_obj
def propose_command(
    frame: Frame,
    images: Path,
    folder: Path | None,
    from_workspace: Path | None,
    workspace: Path | None,
    level: float,
    device: str,
) -> None:
    """Propose tags for new images, as questions to a person.

    A tag is proposed only where answers and held-out images show that it will be right; where
    they do not, nothing is. Nothing is written. Answer with: reviewer review IMAGES

    Example: reviewer propose ~/Downloads/new --from ~/Pictures/booru --precision 0.95
    """
    with frame.output() as output, ending(output):
        from reviewer.jobs.proposals.floors import find_floors
        from reviewer.jobs.proposals.new_images import propose

        place = Call(frame, folder, from_workspace).place()
        with Library.open(place.workspace, folder=place.folder) as library:
            # First: where nothing can be promised, no collection is begun.
            found = find_floors(library, output, level=level)
            with (
                Library.create(workspace_for(images, workspace), images) as new,
                new.workspace.held("jobs"),
            ):
                output.done(propose(library, new, output, found, device=device).summary)
