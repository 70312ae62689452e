"""What a person set up, as one frozen value; read and written as TOML."""

from __future__ import annotations

import getpass
import tomllib
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import platformdirs
import tomli_w

from reviewer.core.bindings import Bindings, preset
from reviewer.core.errors import SourceError
from reviewer.core.patience import patiently

THEMES = ("dark", "light", "contrast", "system")
"""Looks of the window, the usual one first."""
ENGINES = ("torch", "onnx", "bf16", "int8")
"""What a scan can run on where there is no GPU, the usual one first."""
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
        controls_percent: Questions in a hundred whose answer is known; 0 for none.
        audit_percent: Questions in a hundred from the random sample, once one is drawn.
        second_percent: Questions in a hundred that someone else answered already; 0 for none.
        controls_floor_percent: Share of these that should be answered as expected; below it the
            reviewer is told.
        engine: What scans run on where there is no GPU; one of `ENGINES`.
        few_fixes: A queue whose next hundred questions promise fewer fixes is better left.
        timebox_minutes: Length of a timed sitting, as it was last chosen.
        window: Width and height of the window, device-independent pixels.
        maximized: Whether the window fills the screen.
        theme: "dark", "light", "contrast" or "system".
        text_percent: Size of the text, per cent of the usual.
        bindings: Preset and keys.
        recent: Collections opened before, newest first.
    """

    reviewer: str = field(default_factory=_user_name)
    refresh_every: int = 300
    cache_mib: int = 320
    decode_threads: int = 2
    ahead: int = 6
    behind: int = 2
    carry_copies: bool = True
    accept_after: int = 20
    accept_precision: float = 0.95
    controls_percent: int = 2
    audit_percent: int = 10
    second_percent: int = 0
    controls_floor_percent: int = 80
    engine: str = ENGINES[0]
    few_fixes: int = 5
    timebox_minutes: int = 20
    window: tuple[int, int] = (1280, 800)
    maximized: bool = False
    theme: str = THEMES[0]
    text_percent: int = 100
    bindings: Bindings = field(default_factory=Bindings)
    recent: tuple[Recent, ...] = ()

    def with_recent(self, entry: Recent) -> Settings:
        """The settings with a collection put at the head of the recent ones."""
        others = (other for other in self.recent if other.workspace != entry.workspace)
        return replace(self, recent=(entry, *others)[:RECENT])

    def with_value(self, name: str, value: object) -> Settings:
        """The settings with another value for one of them.

        Raises:
            TypeError: There is no setting of that name.
        """
        changed: dict[str, Any] = {name: value}
        return replace(self, **changed)


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
    table = _unknown(path) | asdict(settings)
    table["window"] = list(settings.window)
    table["recent"] = list(table["recent"])
    aside = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(tomli_w.dumps(table), encoding="utf-8")
        patiently(lambda: aside.replace(path))
    except OSError as error:
        raise SourceError(f"The settings cannot be written to {path}: {error}.") from error


class SettingsFile:
    """Stores what one window changes; what others stored meanwhile stays as they left it."""

    def __init__(self, stored: Settings, path: Path | None = None) -> None:
        """Begins with the settings as they were read."""
        self._stored = stored
        self._path = path

    def keep(self, settings: Settings) -> None:
        """Stores what differs from what was read or stored here last.

        Raises:
            SourceError: The file cannot be read or written.
        """
        changed: dict[str, Any] = {
            name: getattr(settings, name)
            for name in (known.name for known in fields(Settings))
            if name != "recent" and getattr(settings, name) != getattr(self._stored, name)
        }
        now = replace(load(self._path), **changed)
        for entry in reversed(settings.recent):
            if entry not in self._stored.recent:
                now = now.with_recent(entry)
        save(now, self._path)
        self._stored = settings


def _unknown(path: Path) -> dict[str, Any]:
    """What a file holds that this program knows nothing of: a newer version wrote it."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}
    known = {entry.name for entry in fields(Settings)}
    return {name: value for name, value in raw.items() if name not in known}


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
        controls_percent=_at_least(raw, "controls_percent", default.controls_percent, 0),
        audit_percent=_at_least(raw, "audit_percent", default.audit_percent, 0),
        second_percent=_at_least(raw, "second_percent", default.second_percent, 0),
        controls_floor_percent=_at_least(
            raw, "controls_floor_percent", default.controls_floor_percent, 0
        ),
        engine=_one_of(raw, "engine", ENGINES),
        few_fixes=_at_least(raw, "few_fixes", default.few_fixes, 0),
        timebox_minutes=_at_least(raw, "timebox_minutes", default.timebox_minutes, 1),
        window=(int(width), int(height)),
        maximized=bool(raw.get("maximized", False)),
        theme=_one_of(raw, "theme", THEMES),
        text_percent=min(_at_least(raw, "text_percent", default.text_percent, 75), 300),
        bindings=_bindings(raw.get("bindings", {})),
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


def _one_of(raw: dict[str, Any], name: str, values: tuple[str, ...]) -> str:
    value = raw.get(name, values[0])
    if value not in values:
        raise ValueError(f"{name} must be one of {', '.join(values)}")
    return str(value)


def _bindings(raw: dict[str, Any]) -> Bindings:
    lists = raw.get("own", {})
    if not isinstance(lists, dict) or not all(isinstance(keys, list) for keys in lists.values()):
        raise ValueError("own keys must be lists of keys, by command")
    own = {str(name): tuple(map(str, keys)) for name, keys in lists.items()}
    return Bindings(preset(str(raw.get("preset", ""))).id, own)


def _recent(entry: dict[str, Any]) -> Recent:
    return Recent(
        workspace=str(entry["workspace"]),
        folder=str(entry["folder"]),
        name=str(entry["name"]),
        images=int(entry.get("images", 0)),
        answers=int(entry.get("answers", 0)),
    )
