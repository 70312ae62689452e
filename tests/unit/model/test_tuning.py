"""Fine-tuning that leaves most of a network as it is, and heads on stored embeddings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from model.backbones import create_tagger
from model.config import TaggerConfig, TrainConfig
from model.errors import TaggerProblem
from model.heads import HeadRequest, learn_heads
from model.predict import Predictor
from model.record import read_record
from model.request import TrainRequest
from model.taggers.bring import bring, inspect
from model.train import train
from model.tuning import begin_tuning, end_tuning
from model.version import load_version
from tests.unit.model.drawings import TAGS, Drawn, labels_from, open_plain
from tests.unit.model.taggers import folders

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CPU = torch.device("cpu")
NAMES = tuple(name for name, _ in TAGS)
VIT = TaggerConfig(
    backbone="vit_tiny_patch16_224",
    network="timm",
    arguments={"model_args": {"img_size": 32, "depth": 3}},
    input_size=32,
)


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders of taggers that know three of the drawings' five tags."""
    rows = [*folders.WD_ROWS[:4], *((str(n), name, 0) for n, name in enumerate(NAMES[:3]))]
    rows += [("77", "unheard_of", 0)]
    monkeypatch.setattr(folders, "GENERAL", (*NAMES[:3], "unheard_of"))
    monkeypatch.setattr(folders.write_wd_list, "__defaults__", (rows,))


def keep_mapping(version: Path) -> None:
    """The table as the application writes it: ratings and unheard tags mean nothing here."""
    lines = ["own,tag,category,kind,rule"]
    for name, category in read_record(version).outputs:
        lines.append(f"{name},{name if name in NAMES else ''},{category},x,y")
    (version / "mapping.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def request(
    drawn: Drawn, tmp_path: Path, parent: Path, tune: str, fixed: list[bool]
) -> TrainRequest:
    record = read_record(parent)
    training = TrainConfig(
        epochs=1, batch_size=32, learning_rate=1e-3, workers=1, tune=tune, lora_rank=4
    )
    return TrainRequest(
        paths=drawn.paths,
        labels=drawn.labels,
        tags=TAGS,
        tagger=record.config,
        training=training,
        open_image=open_plain,
        work_folder=tmp_path / "work",
        version_folder=tmp_path / "versions" / "v2",
        parent=parent,
        device="cpu",
        fixed=np.array(fixed),
    )


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize(
    ("tune", "make"),
    [
        ("lora", folders.wd_timm),
        ("blocks", folders.wd_timm),
        ("blocks", folders.torchvision_checkpoint),
    ],
)
def test_known_rows_stay_bit_for_bit_and_the_rest_learns(
    drawn: Drawn, tmp_path: Path, tune: str, make: Callable[[Path], folders.Made]
):
    made = make(tmp_path / "theirs")
    parent = tmp_path / "versions" / "v1"
    bring(inspect(made.folder, {}), parent, {})
    keep_mapping(parent)
    fixed = [True, False, True, False, False]
    train(request(drawn, tmp_path, parent, tune, fixed), lambda _: None)
    before, old = load_version(parent, CPU, whole=True)
    after, new = load_version(tmp_path / "versions" / "v2", CPU, whole=True)
    assert [name for name, _ in new.outputs] == [*(n for n, _ in old.outputs), *NAMES[3:]]
    assert [name for name, _ in new.tags] == list(NAMES)
    assert new.brought == old.brought
    count = len(old.outputs)
    changed = torch.tensor([name == NAMES[1] for name, _ in old.outputs])
    assert torch.equal(after.head.weight[:count][~changed], before.head.weight[~changed])
    assert torch.equal(after.head.bias[:count][~changed], before.head.bias[~changed])
    assert not torch.equal(after.head.weight[:count][changed], before.head.weight[changed])
    assert after.head.weight[count:].abs().max() > 0
    moved = [
        name
        for name, part in before.backbone.state_dict().items()
        if not torch.equal(part, after.backbone.state_dict()[name])
    ]
    assert moved
    assert len(moved) < len(before.backbone.state_dict())
    assert after.backbone.state_dict().keys() == before.backbone.state_dict().keys()
    if tune == "lora":
        assert all(name.endswith("weight") for name in moved)
        assert not any("norm" in name for name in moved)


def test_low_ranks_start_as_nothing_and_are_added_at_the_end():
    torch.manual_seed(1)
    tagger = create_tagger(VIT, 4).eval()
    x = torch.randn(2, 3, 32, 32)
    with torch.inference_mode():
        expected = tagger(x)[0]
    begin_tuning(tagger, TrainConfig(tune="lora", lora_rank=4))
    free = [name for name, part in tagger.named_parameters() if part.requires_grad]
    assert all(name.endswith((".up", ".down")) or name.startswith("head.") for name in free)
    with torch.inference_mode():
        torch.testing.assert_close(tagger(x)[0], expected)
    with torch.no_grad():
        for name, part in tagger.named_parameters():
            if name.endswith(".up"):
                part.normal_(std=0.1)
    with torch.inference_mode():
        learnt = tagger(x)[0]
    assert (learnt - expected).abs().max() > 1e-3
    end_tuning(tagger)
    assert not any(name.endswith((".up", ".down")) for name in tagger.state_dict())
    with torch.inference_mode():
        torch.testing.assert_close(tagger(x)[0], learnt, atol=1e-5, rtol=1e-5)
    assert all(part.requires_grad for part in tagger.parameters())


def test_what_is_not_trained_keeps_its_statistics():
    tagger = create_tagger(TaggerConfig(backbone="resnet18", input_size=32), 3)
    begin_tuning(tagger, TrainConfig(tune="blocks", blocks=1))
    free = {name for name, part in tagger.named_parameters() if part.requires_grad}
    assert {name.split(".")[1] for name in free if name.startswith("backbone.")} == {"layer4"}
    assert not any(name.startswith("backbone.layer4.0") for name in free)
    before = {name: part.clone() for name, part in tagger.named_buffers()}
    tagger.train()(torch.randn(4, 3, 32, 32))
    moved = {name for name, part in tagger.named_buffers() if not torch.equal(part, before[name])}
    assert moved
    assert all(name.startswith("backbone.layer4.1") for name in moved)


def test_a_network_without_wide_layers_says_what_to_do():
    tagger = create_tagger(TaggerConfig(backbone="resnet18", input_size=32), 3)
    with pytest.raises(TaggerProblem, match="--tune blocks"):
        begin_tuning(tagger, TrainConfig(tune="lora"))


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("make", [folders.wd_onnx, folders.wd_timm, folders.ml_danbooru])
def test_heads_are_learnt_on_embeddings_of_every_kind(
    drawn: Drawn, tmp_path: Path, make: Callable[[Path], folders.Made]
):
    parent, child = tmp_path / "versions" / "v1", tmp_path / "versions" / "v2"
    bring(inspect(make(tmp_path / "theirs").folder, {}), parent, {})
    keep_mapping(parent)
    predictor = Predictor.load(parent, "cpu")
    batches = list(predictor.scan(drawn.paths, open_plain, workers=1))
    embeddings = np.concatenate([batch.embeddings for batch in batches])
    given = np.zeros((len(drawn.paths), len(TAGS)), np.float32)
    given[:, :3] = np.concatenate([batch.logits for batch in batches])
    held = np.arange(len(drawn.paths)) % 4 == 0
    wanted = HeadRequest(
        parent, child, embeddings, drawn.labels, TAGS,
        fixed=np.array([True, False, True, False, False]), held_out=held, given=given,
    )  # fmt: skip
    metrics = learn_heads(wanted, lambda *_: None)
    before, old = load_version(parent, CPU, whole=True)
    after, new = load_version(child, CPU, whole=True)
    count = len(old.outputs)
    changed = torch.tensor([name == NAMES[1] for name, _ in old.outputs])
    assert torch.equal(after.head.weight[:count][~changed], before.head.weight[~changed])
    assert torch.equal(after.head.bias[:count][~changed], before.head.bias[~changed])
    assert [name for name, _ in new.tags] == list(NAMES)
    for name, part in before.backbone.state_dict().items():
        assert torch.equal(part, after.backbone.state_dict()[name])
    # Rows that stay give what they gave; the scores of the figures are those of the version.
    again = list(Predictor.load(child, "cpu").scan(drawn.paths, open_plain, workers=1))
    scores = np.concatenate([batch.scores for batch in again])
    first = np.concatenate([batch.scores for batch in batches])
    np.testing.assert_allclose(scores[:, [0, 2]], first[:, [0, 2]], atol=1e-6)
    from model.metrics import evaluate

    figures = evaluate(scores[held], *drawn.labels.rows(np.flatnonzero(held)))
    assert figures.map == pytest.approx(metrics.map, abs=0.02)
    learn = np.flatnonzero(~held)
    targets, weights = drawn.labels.rows(learn)
    own = evaluate(scores[learn], targets, weights).average_precision
    chance = targets.mean(axis=0)
    assert (own[[1, 3, 4]] > chance[[1, 3, 4]] + 0.05).all()


def test_a_confirmed_absence_pulls_a_row_down(drawn: Drawn, tmp_path: Path):
    """An answer moves the row that it is about towards what was said."""
    made = folders.wd_onnx(tmp_path / "theirs")
    parent = tmp_path / "v1"
    bring(inspect(made.folder, {}), parent, {})
    record = read_record(parent)
    batch = next(Predictor.load(parent, "cpu").scan(drawn.paths[:16], open_plain, workers=1))
    tags = [record.outputs[5]]
    labels = labels_from((16, 1), [], confirmed_absent=[(row, 0) for row in range(16)])
    wanted = HeadRequest(
        parent, tmp_path / "v2", batch.embeddings, labels, tags,
        fixed=np.array([False]), held_out=np.arange(16) == 3,
    )  # fmt: skip
    learn_heads(wanted, lambda *_: None)
    after = next(
        Predictor.load(tmp_path / "v2", "cpu").scan(drawn.paths[:16], open_plain, workers=1)
    )
    assert (after.logits[:, 5] < batch.logits[:, 5]).all()
    np.testing.assert_allclose(
        np.delete(after.logits, 5, 1), np.delete(batch.logits, 5, 1), atol=1e-4
    )


def test_a_graph_says_that_its_heads_alone_can_be_learnt(drawn: Drawn, tmp_path: Path):
    parent = tmp_path / "versions" / "v1"
    bring(inspect(folders.wd_onnx(tmp_path / "theirs").folder, {}), parent, {})
    wanted = request(drawn, tmp_path, parent, "all", [False] * 5)
    with pytest.raises(TaggerProblem, match="--tune heads"):
        train(replace(wanted, fixed=None), lambda _: None)
