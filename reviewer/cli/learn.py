"""Commands that work with the tagger: train, scan, refresh, rank, retrain, versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reviewer.cli.frame import Call, collection_options
from reviewer.cli.training import FEWEST_WORDS, train_choices, train_options
from reviewer.core.ranking.order import ORDERS
from reviewer.jobs.learning.cross_fitting import FOLDS, cross_fit
from reviewer.jobs.learning.fewest import images_needed
from reviewer.jobs.learning.retraining import Promotion, retrain
from reviewer.jobs.learning.training import train_version
from reviewer.jobs.pipeline import refresh_and_rank, scan_to_questions
from reviewer.jobs.questions.first_questions import rank_by_tags
from reviewer.jobs.questions.options import rank_options
from reviewer.jobs.questions.ranking import rank_questions
from reviewer.jobs.scans.choices import ScanChoices
from reviewer.jobs.scans.scanning import scan
from reviewer.jobs.space import has_weights, refuse_without_weights
from reviewer.jobs.taggers.seen import may_have_seen
from reviewer.settings import ENGINES

if TYPE_CHECKING:
    from reviewer.jobs.learning.comparing import Comparison

Command = TypeVar("Command", bound=Callable[..., Any])


@click.command()
@collection_options
@train_options
def train(call: Call, /, **choices: Any) -> None:  # noqa: ANN401 - click's
    """Train a tagger version on the collection's tags and your answers.

    Weights come from --weights, else from torchvision's cache on this machine, else the backbone
    is trained from scratch; nothing is downloaded. A run that was cut off goes on.

    Example: reviewer train ~/Pictures/booru --backbone resnet50 --epochs 8
    """
    with call.opened() as (library, output):
        output.done(train_version(library, output, train_choices(library, choices)).summary)


@click.command("cross-fit")
@collection_options
@click.option(
    "--folds",
    type=click.IntRange(2, 20),
    default=FOLDS,
    show_default=True,
    help="Parts of the images, and trainings.",
)
@train_options
def cross_fit_command(
    call: Call,
    /,
    folds: int,
    **choices: Any,  # noqa: ANN401 - click's
) -> None:
    """Train networks that each never saw a part of the images, and rank by what they say of it.

    Questions then rest on whole networks that no label of the image went into, and on heads as
    before. It takes as long as that many trainings; what was cut off goes on. Run it again after
    `reviewer retrain`, whose version has none of its own.

    Example: reviewer cross-fit ~/Pictures/booru --folds 5
    """
    with call.opened() as (library, output):
        chosen = train_choices(library, choices)
        fitted = cross_fit(library, output, chosen, n_folds=folds)
        ranked = refresh_and_rank(library, output, minimum=chosen.minimum)
        output.done({**fitted.summary, **ranked.summary})


@click.command("scan")
@collection_options
@click.option("--version", default="", help="Version to run; the one in use by default.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or mps.")
@click.option("--batch-size", type=click.IntRange(1), help="Images at once. Default: 16, or 64.")
@click.option("--workers", type=click.IntRange(1), help="Threads. Default: the cores, up to 16.")
@click.option(
    "--keep-above",
    type=click.FloatRange(0.0, 1.0, max_open=True),
    default=0.0,
    help="Keep absent tags' scores from here on only (for example 0.01), for a small disk.",
)
@click.option(
    "--copies",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of small copies (reviewer rescale --fit inside) to read instead of originals.",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    help="Without a GPU: onnx (the same scores), bf16 or int8 (faster; what they lose is measured "
    "on your images and told first). Default: as in the settings.",
)
@click.option(
    "--accept-loss", is_flag=True, help="Take the engine even where it loses more than 2 points."
)
def scan_command(
    call: Call,
    /,
    **choices: Any,  # noqa: ANN401 - click's
) -> None:
    """Run the tagger over new and changed images.

    Example: reviewer scan ~/Pictures/booru
    """
    with call.opened() as (library, output):
        given = {name: value for name, value in choices.items() if value is not None}
        output.done(scan(library, output, ScanChoices(**given)).summary)


RANK_OPTIONS = (
    click.option(
        "--order",
        type=click.Choice(sorted(ORDERS)),
        help="What comes first within a queue. Default: as before; at first errors.",
    ),
    click.option(
        "--limit",
        type=click.IntRange(1),
        help="Questions kept for each tag and side. Default: as before; at first 500.",
    ),
    click.option(
        "--floor",
        type=click.FloatRange(0, 1, max_open=True),
        help="Suspicion below which a pair is not asked. Default: as before; at first 0.02.",
    ),
)


def ranking_options(command: Command) -> Command:
    """Adds the choices about ranking."""
    for option in reversed(RANK_OPTIONS):
        command = option(command)
    return command


@click.command()
@collection_options
@ranking_options
@click.option(
    "--tags-only", is_flag=True, help="By what an image's other tags say; needs no tagger."
)
@click.option(
    "--held-out",
    is_flag=True,
    help="Only about images that no version is trained on, until the next refresh: what "
    "reviewer propose and the comparison of versions rest on.",
)
def rank(
    call: Call,
    order: str | None,
    limit: int | None,
    floor: float | None,
    tags_only: bool,
    held_out: bool,
) -> None:
    """Rank the suspicious pairs into queues, with the scores as they are.

    Example: reviewer rank ~/Pictures/booru --order uncertainty
    """
    with call.opened() as (library, output):
        options = rank_options(library, order, limit, floor)
        if tags_only:
            needed = images_needed(library, None)
            ranked = rank_by_tags(library, output, minimum=needed, options=options)
        else:
            if library.versions.active() is None:
                output.note("Without a tagger the tags alone are ranked: reviewer rank --tags-only")
            ranked = rank_questions(library, output, options=options, held_out_only=held_out)
        output.done(ranked.summary)


@click.command()
@collection_options
@ranking_options
@click.option(
    "--min-images",
    "minimum",
    type=click.IntRange(2),
    help=f"Images that a tag needs to be asked about. {FEWEST_WORDS}",
)
@click.option(
    "--every-tag",
    is_flag=True,
    help="In a collection of more than two billion pairs: fit heads for the tags without answers "
    "too, and rank by those. Takes many minutes, and as much disk as the scan's scores; once a "
    "scan is enough.",
)
def refresh(
    call: Call,
    order: str | None,
    limit: int | None,
    floor: float | None,
    minimum: int | None,
    every_tag: bool,
) -> None:
    """Take the answers into the scores (seconds) and rank again.

    The window does this by itself every few hundred answers.

    Example: reviewer refresh ~/Pictures/booru
    """
    with call.opened() as (library, output):
        options = rank_options(library, order, limit, floor)
        needed = images_needed(library, minimum)
        refreshed = refresh_and_rank(
            library, output, minimum=needed, options=options, every_tag=every_tag
        )
        output.done(refreshed.summary)


@click.command("retrain")
@collection_options
@train_options
@click.option("--from", "parent", default="", help="Version to go on from; the one in use.")
@click.option(
    "--tune",
    type=click.Choice(["all", "blocks", "lora", "heads"]),
    help="What is learnt: all, the last blocks, low ranks beside the layers, or the heads alone, "
    "on stored embeddings. Default: all; of a brought tagger heads on a CPU, low ranks on a GPU.",
)
@click.option(
    "--promote",
    type=click.Choice([choice.value for choice in Promotion]),
    default=Promotion.AUTO.value,
    show_default=True,
    help="When to use the new version: if it is no worse (auto), always, never.",
)
def retrain_command(
    call: Call,
    /,
    promote: str,
    **choices: Any,  # noqa: ANN401 - click's
) -> None:
    """Fine-tune the tagger with your answers and compare before and after.

    Example: reviewer retrain ~/Pictures/booru --promote never
    """
    with call.opened() as (library, output):
        changes, comparison = retrain(
            library, output, train_choices(library, choices), Promotion(promote)
        )
        output.table(comparison_lines(comparison))
        output.done(changes.summary)


SHOWN = 5
"""Tags that gained, and that lost, most."""


def comparison_lines(comparison: Comparison) -> list[str]:
    """The before/after table, with what it rests on."""
    lines = [
        (
            f"On {comparison.images:,} images that no version was trained on "
            f"({comparison.confirmed:,} of their pairs answered by you, the others as tagged; "
            f"{comparison.audited:,} pairs of the audit's sample):"
        ),
        f"{'':<12}{'before':>9}{'after':>9}{'change':>9}",
    ]
    for name, before, after in comparison.rows:
        lines.append(f"{name:<12}{before:>9.3f}{after:>9.3f}{after - before:>+9.3f}")
    for title, entries in (
        ("most gained", comparison.tags[:SHOWN]),
        ("most lost", comparison.tags[-SHOWN:][::-1]),
    ):
        named = ", ".join(f"{tag} {after - before:+.2f}" for tag, before, after in entries)
        lines.append(f"{title}: {named}")
    return lines


@click.command()
@collection_options
@click.option("--use", "name", default="", help="Put this version into use (also to go back).")
def versions(call: Call, name: str) -> None:
    """List the tagger versions, or put one into use: promote it, or roll back.

    Example: reviewer versions --use v1
    """
    with call.opened(working=bool(name)) as (library, output):
        if name:
            refuse_without_weights(library, name)
            library.versions.activate(name)
            scanned = scan(library, output)
            changes = scan_to_questions(
                library, output, minimum=images_needed(library), scanned=scanned
            )
            output.done({"in_use": name, **changes.summary})
            return
        lines = []
        for version in library.versions.all():
            made = dt.datetime.fromtimestamp(version.created_at / 1000, dt.UTC)
            figures = "  ".join(f"{key} {value:.3f}" for key, value in version.metrics.items())
            mark = "  may have seen these labels" if may_have_seen(library, version.name) else ""
            mark += "" if has_weights(library, version.name) else "  weights removed"
            lines.append(
                f"{version.name:<6}{version.state.value:<11}{made:%Y-%m-%d %H:%M}  "
                f"{version.backbone:<14}{version.n_tags:>6,} tags  {figures}{mark}"
            )
        output.table(lines or ["There is no version yet. Train one with: reviewer train"])
