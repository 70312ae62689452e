from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageDraw, PngImagePlugin, features

from reviewer import pictures
from reviewer.core.errors import SourceError
from reviewer.pictures import look, open_picture

if TYPE_CHECKING:
    from pathlib import Path


def gradient(size: tuple[int, int] = (64, 32)) -> Image.Image:
    x = np.linspace(0, 255, size[0], dtype=np.uint8)
    channels = np.stack([np.tile(x, (size[1], 1))] * 3, axis=2)
    return Image.fromarray(channels)


def saved(path: Path, picture: Image.Image, **options: object) -> Path:
    picture.save(path, **options)
    return path


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "gif", "bmp", "avif"])
def test_every_format_opens_upright_in_rgb(tmp_path: Path, kind: str) -> None:
    if kind == "avif" and not features.check("avif"):
        pytest.skip("this Pillow has no AVIF")
    path = saved(tmp_path / f"a.{kind}", gradient())
    picture = open_picture(path)
    assert (picture.mode, picture.size) == ("RGB", (64, 32))
    assert look(path.read_bytes()).width == 64


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_followed(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(tmp_path / "a.jpg", gradient(), exif=exif)
    expected = (64, 32) if orientation < 5 else (32, 64)
    assert open_picture(path).size == expected
    facts = look(path.read_bytes())
    assert (facts.width, facts.height) == expected


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize("told", ["exif", "raw", "xmp", "nothing"])
def test_a_png_is_turned_wherever_it_says_so(tmp_path: Path, told: str, *, behind: bool) -> None:
    """Before its pixels or behind them; the rest of it is not decoded to find out."""
    exif = Image.Exif()
    exif[0x0112] = 6
    content = saved(tmp_path / "a.png", gradient()).read_bytes()
    packet = exif.tobytes()
    raw = f"\nexif\n{len(packet)}\n{packet.hex()}\n".encode()
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/" tiff:Orientation="6"/>'
    kind, part = {
        "exif": (b"eXIf", packet.removeprefix(b"Exif\0\0")),
        "raw": (b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(raw)),
        "xmp": (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(xmp)),
        "nothing": (b"tEXt", b"parameters\0eXIf"),
    }[told]
    chunk = struct.pack(">I", len(part)) + kind + part + struct.pack(">I", zlib.crc32(kind + part))
    at = content.index(b"IEND" if behind else b"IDAT") - 4
    content = content[:at] + chunk + content[at:]
    (tmp_path / "a.png").write_bytes(content)
    facts = look(content)
    assert (facts.width, facts.height) == open_picture(tmp_path / "a.png").size
    assert (facts.width > facts.height) is (told == "nothing")


def test_alpha_lies_over_white(tmp_path: Path) -> None:
    picture = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    picture.putpixel((0, 0), (0, 0, 255, 255))
    opened = open_picture(saved(tmp_path / "a.png", picture))
    assert opened.getpixel((0, 0)) == (0, 0, 255)
    assert opened.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("ink", [(255, 255, 255), (250, 246, 240)])
def test_a_drawing_that_white_would_swallow_lies_over_grey(
    tmp_path: Path, ink: tuple[int, int, int]
) -> None:
    picture = Image.new("RGBA", (300, 200), (0, 0, 0, 0))
    ImageDraw.Draw(picture).line((0, 0, 299, 199), fill=(*ink, 255), width=5)
    shown = open_picture(saved(tmp_path / "a.png", picture))
    assert shown.getpixel((150, 100)) == ink
    assert shown.getpixel((0, 199)) == (112, 112, 112)


def test_what_is_seen_on_white_lies_over_white_however_much_of_it_is_white(tmp_path: Path) -> None:
    ghost = Image.new("RGBA", (300, 200), (0, 0, 0, 0))
    pen = ImageDraw.Draw(ghost)
    pen.ellipse((20, 20, 280, 180), fill=(255, 255, 255, 255), outline=(0, 0, 0, 255), width=8)
    assert open_picture(saved(tmp_path / "a.png", ghost)).getpixel((0, 0)) == (255, 255, 255)
    for empty in ((255, 255, 255, 255), (0, 0, 0, 0)):
        blank = saved(tmp_path / "b.png", Image.new("RGBA", (9, 9), empty))
        assert open_picture(blank).getpixel((4, 4)) == (255, 255, 255)


def test_a_palette_with_transparency_lies_over_white(tmp_path: Path) -> None:
    picture = Image.new("P", (4, 4), 0)
    picture.putpalette([9, 9, 9, 200, 0, 0] + [0] * 762)
    picture.putpixel((1, 1), 1)
    path = saved(tmp_path / "a.png", picture, transparency=0)
    opened = open_picture(path)
    assert opened.getpixel((0, 0)) == (255, 255, 255)
    assert opened.getpixel((1, 1)) == (200, 0, 0)


def test_cmyk_and_grey_become_rgb(tmp_path: Path) -> None:
    for mode in ("CMYK", "L"):
        path = saved(tmp_path / f"{mode}.jpg", gradient().convert(mode))
        assert open_picture(path).mode == "RGB"


def test_16_bit_keeps_its_brightness(tmp_path: Path) -> None:
    values = np.linspace(0, 65535, 64, dtype=np.uint16)
    path = saved(tmp_path / "a.png", Image.fromarray(np.tile(values, (4, 1))))
    row = np.asarray(open_picture(path))[0, :, 0]
    assert np.abs(row.astype(int) - np.linspace(0, 255, 64)).max() <= 1


def test_an_animation_shows_its_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    path = tmp_path / "a.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=50)
    assert open_picture(path).getpixel((3, 3)) == (255, 0, 0)


def test_a_wrong_extension_is_no_matter(tmp_path: Path) -> None:
    path = tmp_path / "really_a_png.jpg"
    gradient().save(path, format="PNG")
    assert open_picture(path).size == (64, 32)
    assert look(path.read_bytes()).problem == ""


def test_a_very_wide_image_opens_small(tmp_path: Path) -> None:
    path = saved(tmp_path / "wide.jpg", Image.new("RGB", (30_000, 64), "green"))
    assert open_picture(path, want_px=512).width <= 30_000 // 4
    assert look(path.read_bytes()) == pictures.PictureFacts(30_000, 64)


def test_a_small_decode_is_no_smaller_than_asked(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", gradient((1600, 800)))
    small = open_picture(path, want_px=224)
    assert 224 <= small.width < 1600
    assert open_picture(path).size == (1600, 800)


def cut(kind: str, share: float) -> bytes:
    content = io.BytesIO()
    gradient((400, 300)).save(content, format=kind)
    whole = content.getvalue()
    return whole[: int(len(whole) * share)]


def test_a_header_without_a_picture_is_told_in_plain_words() -> None:
    # Segments that claim more bytes than there are.
    content = bytes.fromhex("ffd8ffe0") + b"\xf0" * 100
    assert look(content).problem == "the file is cut off"


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_truncated_file_is_found_at_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "cut.bin"
    path.write_bytes(cut(kind, 0.6))
    assert look(path.read_bytes()).problem == "the file is cut off"
    with pytest.raises(SourceError, match=r"cut\.bin cannot be read as an image"):
        open_picture(path)


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"this is a text", b"\xff\xd8\xff" + b"0" * 99]
)
def test_what_is_no_image_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.png"
    path.write_bytes(content)
    assert look(content).problem
    with pytest.raises(SourceError, match=r"broken\.png"):
        open_picture(path)


def test_a_decompression_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "PIXEL_LIMIT", 1000)
    path = saved(tmp_path / "bomb.png", gradient())
    assert "more than the limit" in look(path.read_bytes()).problem
    with pytest.raises(SourceError, match="more than the limit"):
        open_picture(path)


@pytest.mark.parametrize("kind", ["RGBA", "I;16"])
@pytest.mark.parametrize("strip", [1, 64 * 5, 64 * 31])
def test_a_picture_is_the_same_in_strips(
    tmp_path: Path, kind: str, strip: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = np.random.default_rng(3).integers(0, 256, (33, 64, 4), np.uint8)
    made = values.view(np.uint16)[..., 0] if kind == "I;16" else values
    path = saved(tmp_path / "a.png", Image.fromarray(made))
    whole = open_picture(path)
    monkeypatch.setattr(pictures, "STRIP", strip)
    assert np.array_equal(open_picture(path), whole)
    assert len(np.unique(whole)) > 100


@pytest.mark.parametrize(("count", "problem"), [(3, ""), (90, "more text beside its pixels")])
def test_a_long_recipe_inside_a_picture_is_no_fault_of_it(
    tmp_path: Path, count: int, problem: str
) -> None:
    made = PngImagePlugin.PngInfo()
    made.add_text("prompt", "a" * (count * 1_000_000), zip=True)
    path = saved(tmp_path / "a.png", gradient(), pnginfo=made)
    found = look(path.read_bytes())
    assert problem in found.problem
    if problem:
        with pytest.raises(SourceError, match=problem):
            open_picture(path)
    else:
        assert open_picture(path).size == (found.width, found.height) == (64, 32)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere\.png is not there any more"):
        open_picture(tmp_path / "nowhere.png")


def drawing(size: tuple[int, int]) -> Image.Image:
    """A picture with something in every row and column."""
    coarse = np.random.default_rng(4).integers(40, 210, (6, 6, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255)])
@pytest.mark.parametrize("size", [(512, 300), (301, 512), (512, 498)])
def test_bars_of_the_padded_set_are_not_seen(
    tmp_path: Path, colour: tuple[int, int, int], size: tuple[int, int]
) -> None:
    padded = Image.new("RGB", (512, 512), colour)
    padded.paste(drawing(size), ((512 - size[0]) // 2, (512 - size[1]) // 2))
    for folder, expected in (("512px", size), ("elsewhere", (512, 512))):
        (tmp_path / folder / "0001").mkdir(parents=True)
        path = saved(tmp_path / folder / "0001" / "1.jpg", padded, quality=90)
        width, height = open_picture(path).size
        # JPEG smears the edge over a block.
        assert 0 <= width - expected[0] <= 16
        assert 0 <= height - expected[1] <= 16


def test_a_drawing_on_white_keeps_its_margins() -> None:
    art = Image.new("RGB", (512, 512), (255, 255, 255))
    art.paste(drawing((300, 200)), (40, 250))
    for picture in (art, Image.new("RGB", (64, 64)), drawing((90, 60))):
        assert pictures.without_bars(picture) is picture
