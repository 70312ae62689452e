"""`python -m reviewer` and the console script."""

from __future__ import annotations

from reviewer.cli.main import cli


def main() -> None:
    """Runs the command line."""
    cli(prog_name="reviewer")


if __name__ == "__main__":
    main()
