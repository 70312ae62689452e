"""Where each command is, so that only the one that runs is loaded.

Learning and writing back need libraries that take seconds to load; a window must not wait for them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACES: Mapping[str, str] = {
    "open": "look:open_command",
    "demo": "look:demo",
    "review": "look:review",
    "import": "collect:import_command",
    "pull": "pull:pull_command",
    "train": "learn:train",
    "scan": "learn:scan_command",
    "refresh": "learn:refresh",
    "rank": "learn:rank",
    "retrain": "learn:retrain_command",
    "versions": "learn:versions",
    "taggers": "bring:taggers",
    "bring": "bring:bring",
    "tagger-tags": "bring:tagger_tags",
    "export-tagger": "bring:export_tagger_command",
    "previews": "collect:previews_command",
    "explain": "explain:explain_command",
    "copies": "explain:copies_command",
    "audit": "judge:audit_command",
    "report": "judge:report_command",
    "stats": "explore:stats_command",
    "propose": "propose:propose_command",
    "ratings": "rate:ratings_command",
    "rescale": "explore:rescale_command",
    "experiment": "experiment:experiment_group",
    "implications": "implications:implications_command",
    "similar": "similar:similar_command",
    "scores": "explore:scores_command",
    "characters": "characters:characters_group",
    "export": "collect:export_command",
    "reviewers": "people:reviewers_command",
    "merge": "people:merge_command",
    "vetted": "people:vetted_command",
    "embed": "embed:embed_command",
    "status": "collect:status",
    "bench": "bench:bench_command",
    "plant-errors": "plant:plant_errors_command",
    "destinations": "destinations:destinations_group",
    "write-back": "send:write_back_group",
}
"""Commands by name: the module in `reviewer.cli`, and the command in it."""


class Commands(click.Group):
    """A group whose commands are loaded when they are asked for."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """All names, in order."""
        return sorted(PLACES)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """A command by name; `None` if there is none."""
        place = PLACES.get(name)
        if place is None:
            return None
        module, _, attribute = place.partition(":")
        command: click.Command = getattr(import_module(f"reviewer.cli.{module}"), attribute)
        return command
