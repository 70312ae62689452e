"""Where each command is, so that only the one that runs is loaded.

Learning and writing back need libraries that take seconds to load; a window must not wait for them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from reviewer.cli.suggesting import SuggestingGroup

if TYPE_CHECKING:
    from collections.abc import Mapping

    import click

GROUPS: Mapping[str, Mapping[str, str]] = {
    "Begin": {
        "demo": "look:demo",
        "open": "look:open_command",
        "review": "look:review",
        "status": "collect:status",
        "restore": "upkeep:restore_command",
        "space": "upkeep:space_command",
    },
    "Step by step": {
        "import": "collect:import_command",
        "pull": "destinations:pull_command",
        "train": "learn:train",
        "scan": "learn:scan_command",
        "refresh": "learn:refresh",
        "rank": "learn:rank",
        "cross-fit": "learn:cross_fit_command",
        "retrain": "learn:retrain_command",
        "versions": "learn:versions",
        "engines": "machine:engines_command",
        "copies": "explain:copies_command",
        "previews": "collect:previews_command",
        "explain": "explain:explain_command",
    },
    "Taggers that others trained": {
        "taggers": "bring:taggers",
        "bring": "bring:bring",
        "tagger-tags": "bring:tagger_tags",
        "export-tagger": "bring:export_tagger_command",
    },
    "More questions": {
        "ratings": "questions:ratings_command",
        "characters": "characters:characters_group",
        "implications": "questions:implications_command",
        "asked": "questions:asked_command",
        "propose": "questions:propose_command",
    },
    "Corrections out": {
        "export": "collect:export_command",
        "embed": "collect:embed_command",
        "destinations": "destinations:destinations_group",
        "write-back": "send:write_back_group",
    },
    "Several people": {
        "reviewers": "people:reviewers_command",
        "merge": "people:merge_command",
        "vetted": "people:vetted_command",
    },
    "Figures": {
        "audit": "judge:audit_command",
        "report": "judge:report_command",
        "stats": "explore:stats_command",
        "scores": "explore:scores_command",
        "similar": "similar:similar_command",
        "experiment": "experiment:experiment_group",
        "plant-errors": "plant:plant_errors_command",
        "bench": "machine:bench_command",
    },
    "Copies for training": {"rescale": "explore:rescale_command"},
}
"""Commands by name, under the headings of the help: module in `reviewer.cli`, command in it."""

PLACES = {name: place for commands in GROUPS.values() for name, place in commands.items()}
"""All of them by name."""

WIDTH = max(map(len, PLACES))
SENTENCE = 200
"""Letters of a command's first sentence at most."""


class Commands(SuggestingGroup):
    """A group whose commands are loaded when they are asked for."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """All names, in order."""
        return list(PLACES)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands under their headings."""
        for heading, commands in GROUPS.items():
            with formatter.section(heading):
                formatter.write_dl(
                    [(name.ljust(WIDTH), self._sentence(context, name)) for name in commands]
                )

    def _sentence(self, context: click.Context, name: str) -> str:
        command = self.get_command(context, name)
        return command.get_short_help_str(SENTENCE) if command is not None else ""

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """A command by name; `None` if there is none."""
        place = PLACES.get(name)
        if place is None:
            return None
        module, _, attribute = place.partition(":")
        command: click.Command = getattr(import_module(f"reviewer.cli.{module}"), attribute)
        return command
