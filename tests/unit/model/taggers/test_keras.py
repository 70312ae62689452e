"""DeepDanbooru's own projects, through Keras on torch: an extra, looked at in another process.

Keras chooses its backend when it is first imported, and warns about itself while it loads.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from model.errors import TaggerProblem
from model.taggers.bring import bring, inspect

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("keras") is None or importlib.util.find_spec("h5py") is None,
    reason="the extra keras is not installed",
)

ROOT = Path(__file__).parents[4]
TAGS = ["1girl", "hat", "rating:safe", "smile"]

MAKE = """
import os, sys
os.environ["KERAS_BACKEND"] = "torch"
import keras
from keras import layers
keras.utils.set_random_seed(3)
x = entry = keras.Input((48, 48, 3))
x = layers.Conv2D(6, 3, strides=2, padding="same", use_bias=False)(x)
x = layers.BatchNormalization()(x)
x = layers.Activation("relu")(x)
y = layers.Conv2D(6, 3, padding="same")(x)
x = layers.Activation("relu")(layers.Add()([x, y]))
x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
x = layers.Conv2D(4, 1, use_bias=False, kernel_initializer="random_normal")(x)
x = layers.GlobalAveragePooling2D()(x)
network = keras.Model(entry, layers.Activation("sigmoid")(x))
weights = [w * 8 if w.shape == (1, 1, 6, 4) else w for w in network.get_weights()]
network.set_weights(weights)
network.save(sys.argv[1])
"""

REFERENCE = """
import os, sys
os.environ["KERAS_BACKEND"] = "torch"
import keras, numpy as np
from PIL import Image
network = keras.models.load_model(sys.argv[1], compile=False)
picture = Image.open(sys.argv[2]).convert("RGB")
scale = 48 / max(picture.size)
size = tuple(round(side * scale) for side in picture.size)
small = np.asarray(picture.resize(size, Image.Resampling.BOX))
top, left = (48 - small.shape[0]) // 2, (48 - small.shape[1]) // 2
around = ((top, 48 - small.shape[0] - top), (left, 48 - small.shape[1] - left), (0, 0))
square = np.pad(small, around, mode="edge")[None] / np.float32(255)
print(network.predict(square, verbose=0)[0].tolist())
"""

OURS = """
import sys
from pathlib import Path
from model.predict import Predictor
from model.taggers.bring import bring, inspect
from tests.unit.model.drawings import open_plain
folder, version, picture = map(Path, sys.argv[1:])
bring(inspect(folder, {}), version, {})
batch = next(Predictor.load(version, "cpu").scan([picture], open_plain, workers=1))
print(batch.scores[0].tolist(), batch.embeddings.shape[1])
"""


def python(code: str, *words: object) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *map(str, words)],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keras") / "a project"
    folder.mkdir()
    (folder / "project.json").write_text(json.dumps({"image_width": 48, "image_height": 48}))
    (folder / "tags.txt").write_text("\n".join(TAGS) + "\n")
    python(MAKE, folder / "model-resnet_custom_v3.h5")
    return folder


def test_a_project_says_what_keras_says(
    project: Path, pictures: list[Path], tmp_path: Path
) -> None:
    expected = json.loads(python(REFERENCE, project / "model-resnet_custom_v3.h5", pictures[0]))
    said = python(OURS, project, tmp_path / "v1", pictures[0])
    scores, _, width = said.rpartition(" ")
    assert json.loads(scores) == pytest.approx(expected, abs=1e-5)
    assert max(expected) - min(expected) > 0.01
    assert int(width) == 6


def test_layers_that_may_hold_code_are_refused(project: Path, tmp_path: Path) -> None:
    import h5py

    folder = tmp_path / "theirs"
    folder.mkdir()
    for path in project.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    with h5py.File(folder / "model-resnet_custom_v3.h5", "r+") as file:
        stored = json.loads(file.attrs["model_config"])
        stored["config"]["layers"][2]["class_name"] = "Lambda"
        file.attrs["model_config"] = json.dumps(stored)
    with pytest.raises(TaggerProblem, match="Lambda"):
        bring(inspect(folder, {}), tmp_path / "v1", {})
    (folder / "model-resnet_custom_v3.h5").write_bytes(b"\x89HDF nothing")
    with pytest.raises(TaggerProblem, match="no network of Keras"):
        bring(inspect(folder, {}), tmp_path / "v1", {})
    (folder / "model-resnet_custom_v3.h5").rename(folder / "model.keras")
    with pytest.raises(TaggerProblem, match=r"\.h5"):
        inspect(folder, {})
