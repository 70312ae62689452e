from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from reviewer.core.errors import NewerStoreError, StoreError
from reviewer.core.types import Answer
from reviewer.store.database import Database
from reviewer.store.images import ImageTable
from reviewer.store.library import Library
from reviewer.store.schema import migrate, migrations

RELEASED = sorted((Path(__file__).parents[2] / "data").glob("collection_v*.db"))


def test_there_is_a_frozen_file_of_every_released_schema() -> None:
    assert [path.name for path in RELEASED] == ["collection_v1.db"]


@pytest.mark.parametrize("released", RELEASED, ids=lambda path: path.stem)
def test_a_file_of_an_earlier_release_opens_with_its_decisions(
    released: Path, tmp_path: Path
) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    shutil.copy(released, workspace / "collection.db")
    with Library.open(workspace, folder=None) as library:
        assert library.images.counts() == {"ok": 3, "gone": 0, "set aside": 1}
        names = library.vocabulary().by_name
        assert library.images.original_tags(1) == {names["cat"].id, names["solo"].id}
        assert library.decisions.answers(1) == {names["smile"].id: Answer.YES}
        assert library.decisions.total() == 2
        assert library.vocabulary().implications.ancestors(names["cat_ears"].id) == {
            names["animal_ears"].id
        }
        assert [version.name for version in library.versions.all()] == ["v1"]
        assert len(library.flags.all()) == 1


def test_a_newer_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "collection.db"
    migrate(path, tmp_path / "backups")
    connection = sqlite3.connect(path)
    connection.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
        "VALUES ('collection', '9999_of_the_future', '2031-01-01')"
    )
    connection.commit()
    connection.close()
    with pytest.raises(NewerStoreError, match="newer version of Tag Reviewer"):
        migrate(path, tmp_path / "backups")
    assert not (tmp_path / "backups").exists()


def test_a_migration_makes_a_backup_first_and_rolls_back_when_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "collection.db"
    migrate(path, tmp_path / "backups")

    def broken(db: object) -> None:
        db.execute("CREATE TABLE half (id INTEGER)")  # type: ignore[attr-defined]
        db.execute("THIS IS NOT SQL")  # type: ignore[attr-defined]

    step = migrations._Migration("0999_broken", broken)
    monkeypatch.setattr(migrations, "_migrations", [*migrations._migrations, step])
    with pytest.raises((StoreError, sqlite3.OperationalError)):
        migrate(path, tmp_path / "backups")
    connection = sqlite3.connect(path)
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    connection.close()
    assert "half" not in tables
    (backup,) = (tmp_path / "backups").glob("*.db")
    copy = sqlite3.connect(backup)
    assert copy.execute("SELECT count(*) FROM decision").fetchone() == (0,)
    copy.close()


def test_the_log_refuses_changes_and_deletions(tmp_path: Path) -> None:
    shutil.copy(RELEASED[-1], tmp_path / "copy.db")
    connection = sqlite3.connect(tmp_path / "copy.db")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("UPDATE decision SET answer = 0")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("DELETE FROM decision")
    connection.close()


def test_images_are_counted_without_a_look_at_all_of_them(tmp_path: Path) -> None:
    path = tmp_path / "collection.db"
    migrate(path, tmp_path / "backups")
    connection = sqlite3.connect(path)
    connection.executemany(
        "INSERT INTO image (path, size, mtime_ns, sha256, state) VALUES (?, 0, 0, x'', ?)",
        [(f"{n}.png", ("ok", "ok", "gone", "set aside")[n % 4]) for n in range(40)],
    )
    connection.commit()
    plan = connection.execute(
        "EXPLAIN QUERY PLAN SELECT state, count(*) FROM image WHERE state <> 'ok' GROUP BY state"
    ).fetchall()
    assert "image_not_ok" in plan[0][3]
    with pytest.raises(sqlite3.IntegrityError, match="images stay"):
        connection.execute("DELETE FROM image WHERE id = 40")
    connection.close()
    database = Database(path)
    assert ImageTable(database, tmp_path).counts() == {"ok": 20, "gone": 10, "set aside": 10}
    database.close()


def test_a_table_made_anew_keeps_its_rows_and_what_points_at_them(tmp_path: Path) -> None:
    path = tmp_path / "collection.db"
    shutil.copy(RELEASED[-1], path)
    connection = sqlite3.connect(path)
    # As of a program in which a later step came first.
    connection.execute("ALTER TABLE image ADD COLUMN later INTEGER NOT NULL DEFAULT 7")
    before = connection.execute("SELECT * FROM image ORDER BY id").fetchall()
    connection.commit()
    connection.close()
    migrate(path, tmp_path / "backups")
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA foreign_keys = ON")
    after = connection.execute("SELECT * FROM image ORDER BY id").fetchall()
    # The tags, next to last, were packed again by an earlier step.
    assert [(*row[:15], row[16]) for row in after] == [(*row[:15], row[16]) for row in before]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    indexes = {row[1] for row in connection.execute("PRAGMA index_list(image)")}
    assert indexes == {"image_not_ok"}
    with pytest.raises(sqlite3.IntegrityError, match="images stay"):
        connection.execute("DELETE FROM image")
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        connection.execute("INSERT INTO parent (image_id, post) VALUES (999, '1')")
    connection.close()
