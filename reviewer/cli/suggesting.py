"""What is said where a command or a folder was mistyped: what was probably meant."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

MOST = 3
"""Names that are offered."""
ALIKE = 0.6
"""How alike two names are at least, as `difflib` measures it."""


class SuggestingGroup(click.Group):
    """A group that offers its nearest commands for one that it does not have."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that was named.

        Raises:
            click.UsageError: There is none; the text names the nearest ones.
        """
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            ctx.fail(self._unknown(ctx, name))
        return super().resolve_command(ctx, args)

    def _unknown(self, ctx: click.Context, name: str) -> str:
        if ctx.parent is None and Path(name).expanduser().is_dir():
            return f"{name} is a folder. To review its images: {ctx.command_path} open {name}"
        near = get_close_matches(name.lower(), self.list_commands(ctx), MOST, ALIKE)
        meant = f" Did you mean {' or '.join(near)}?" if near else ""
        return f"There is no command {name!r}.{meant} All of them: {ctx.command_path} --help"


class ImageFolder(click.Path):
    """The path of a folder of images; for a file, the error names the folder that it is in."""

    def __init__(self) -> None:
        """Takes folders alone, those that are not there too: what needs one says so itself."""
        super().__init__(file_okay=False, path_type=Path)

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:  # noqa: ANN401 - click's
        """The folder as a path.

        Raises:
            click.BadParameter: It is a file.
        """
        path = Path(value)
        if path.parts[:1] == ("~",):
            # A shell leaves it in quotes.
            path = path.expanduser()
        if path.is_file():
            self.fail(f"{path} is a file. Name the folder that it is in: {path.parent}", param, ctx)
        return super().convert(path, param, ctx)
