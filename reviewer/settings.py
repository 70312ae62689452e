"""What a person set up, as one frozen value; read and written as TOML."""

from __future__ import annotations

import getpass
import tomllib
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import platformdirs
import tomli_w

from reviewer.core.errors import SourceError

RECENT = 12
"""Collections that the start screen remembers."""


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        # A container's user may have neither a name nor the variables that carry one.
        return "reviewer"


@dataclass(frozen=True, slots=True)
class Recent:
    """A collection that was opened before.

    Attributes:
        workspace: Where what is known of the collection lies.
        folder: The collection's folder.
        images, answers: As counted when it was last left.
    """

    workspace: str
    folder: str
    name: str
    images: int = 0
    answers: int = 0


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set.

    Attributes:
        reviewer: Name that answers are stored with.
        refresh_every: Answers between two refreshes of the tagger's heads; 0 for never.
        cache_mib: Memory for decoded pictures, MiB.
        decode_threads: Pictures decoded at the same time.
        ahead, behind: Questions whose pictures are decoded before they are needed.
        carry_copies: Whether an answer goes to the true copies of its image too.
        accept_after: Yes in a row after which the rest of a queue may be accepted; 0 for never.
        accept_precision: Least share of Yes that such a batch is promised to hold, 0.5 to 0.999.
        window: Width and height of the window, device-independent pixels.
        maximized: Whether the window fills the screen.
        recent: Collections opened before, newest first.
    """

    reviewer: str = field(default_factory=_user_name)
    refresh_every: int = 300
    cache_mib: int = 384
    decode_threads: int = 2
    ahead: int = 6
    behind: int = 2
    carry_copies: bool = True
    accept_after: int = 20
    accept_precision: float = 0.95
    window: tuple[int, int] = (1280, 800)
    maximized: bool = False
    recent: tuple[Recent, ...] = ()

    def with_recent(self, entry: Recent) -> Settings:
        """The settings with a collection put at the head of the recent ones."""
        others = (other for other in self.recent if other.workspace != entry.workspace)
        return replace(self, recent=(entry, *others)[:RECENT])

    def without_recent(self, workspace: str) -> Settings:
        """The settings without a collection that is no longer there."""
        return replace(
            self, recent=tuple(entry for entry in self.recent if entry.workspace != workspace)
        )


def settings_file() -> Path:
    """Where the settings of this user lie."""
    return Path(platformdirs.user_config_dir("tag-reviewer")) / "settings.toml"


def load(path: Path | None = None) -> Settings:
    """Reads the settings; the defaults where there are none yet.

    Raises:
        SourceError: The file is there and cannot be used.
    """
    path = path or settings_file()
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SourceError(
            f"The settings in {path} cannot be read ({error}). Mend the file or delete it."
        ) from error
    try:
        return _from_table(raw)
    except (TypeError, ValueError, KeyError) as error:
        raise SourceError(
            f"A setting in {path} has a value that cannot be used ({error}). "
            "Mend the file or delete it."
        ) from error


def save(settings: Settings, path: Path | None = None) -> None:
    """Writes the settings aside and renames them into place.

    Raises:
        SourceError: The file cannot be written.
    """
    path = path or settings_file()
    table = asdict(settings)
    table["window"] = list(settings.window)
    table["recent"] = list(table["recent"])
    aside = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(tomli_w.dumps(table), encoding="utf-8")
        aside.replace(path)
    except OSError as error:
        raise SourceError(f"The settings cannot be written to {path}: {error}.") from error


def _from_table(raw: dict[str, Any]) -> Settings:
    """Settings from a parsed file; unknown names are left to newer versions of the program."""
    default = Settings()
    width, height = raw.get("window", default.window)
    return Settings(
        reviewer=str(raw.get("reviewer", "")).strip() or default.reviewer,
        refresh_every=_at_least(raw, "refresh_every", default.refresh_every, 0),
        cache_mib=_at_least(raw, "cache_mib", default.cache_mib, 32),
        decode_threads=_at_least(raw, "decode_threads", default.decode_threads, 1),
        ahead=_at_least(raw, "ahead", default.ahead, 1),
        behind=_at_least(raw, "behind", default.behind, 0),
        carry_copies=bool(raw.get("carry_copies", default.carry_copies)),
        accept_after=_at_least(raw, "accept_after", default.accept_after, 0),
        accept_precision=_share(raw, "accept_precision", default.accept_precision, 0.5, 0.999),
        window=(int(width), int(height)),
        maximized=bool(raw.get("maximized", False)),
        recent=tuple(_recent(entry) for entry in raw.get("recent", []))[:RECENT],
    )


def _at_least(raw: dict[str, Any], name: str, default: int, least: int) -> int:
    value = raw.get(name, default)
    if not isinstance(value, int) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}")
    return value


def _share(raw: dict[str, Any], name: str, default: float, least: float, most: float) -> float:
    value = raw.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise ValueError(f"{name} must be a number from {least} to {most}")
    return float(value)


def _recent(entry: dict[str, Any]) -> Recent:
    return Recent(
        workspace=str(entry["workspace"]),
        folder=str(entry["folder"]),
        name=str(entry["name"]),
        images=int(entry.get("images", 0)),
        answers=int(entry.get("answers", 0)),
    )
