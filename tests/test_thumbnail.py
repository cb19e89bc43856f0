"""First pages as pictures, drawn where hostile files can do no harm."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typeset_papers as typeset
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas
from test_jail import raw_pdf, stream

from bot.errors import Tell
from bot.papers.jail import Jail

WHITE, RED = (255, 255, 255), (255, 0, 0)
CATALOG, ONE_PAGE = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"


@pytest.fixture(scope="module")
def jail() -> Iterator[Jail]:
    with Jail(1, max_pages=400, cpu_seconds=2, wall_seconds=20) as jail:
        yield jail


@pytest.fixture
def pdf(tmp_path: Path) -> Callable[[bytes], Path]:
    def written(content: bytes) -> Path:
        path = tmp_path / "paper.pdf"
        path.write_bytes(content)
        return path

    return written


def drawn(width: float, height: float, *, pages: int = 1, password: str | None = None) -> bytes:
    """Pages without a word on them; the upper left quarter of the first is red, all of the others is."""
    file = io.BytesIO()
    canvas = Canvas(file, (width, height), encrypt=StandardEncryption(password) if password else None)
    canvas.setFillColorRGB(1, 0, 0)
    canvas.rect(0, height / 2, width / 2, height / 2, stroke=0, fill=1)
    canvas.showPage()
    for _ in range(pages - 1):
        canvas.setFillColorRGB(1, 0, 0)
        canvas.rect(0, 0, width, height, fill=1)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def page(contents: bytes, resources: bytes = b"", more: bytes = b"", *objects: bytes) -> bytes:
    about = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<<%s>>%s>>" % (resources, more)
    return raw_pdf(CATALOG, ONE_PAGE, about, stream(contents), *objects)


def picture(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    assert image.format == "PNG"
    return image.convert("RGB")


def test_the_picture_shows_the_first_page_upright(jail: Jail, pdf: Callable[[bytes], Path]) -> None:
    image = picture(jail.thumbnail(pdf(drawn(600, 800, pages=3))))
    assert image.size == (480, 640)
    quarters = [image.getpixel(place) for place in ((100, 100), (380, 100), (100, 540), (380, 540))]
    assert quarters == [RED, WHITE, WHITE, WHITE]


def test_a_paper_is_legible_and_small(jail: Jail, pdf: Callable[[bytes], Path]) -> None:
    path = pdf(typeset.made(typeset.one_column, typeset.references))
    png = jail.thumbnail(path)
    shades = picture(png).convert("L").getextrema()
    assert len(png) < 100_000 and shades[0] < 60 and shades[1] == 255
    assert jail.read(path).title.startswith("Otter")
    assert picture(jail.thumbnail(path, width=120)).width == 120


@pytest.mark.parametrize(
    ("size", "pixels"),
    [((600, 20_000), (480, 960)), ((14_400, 10), (480, 1)), ((2, 2), (480, 480)), ((14_000, 14_000), (480, 480))],
)
def test_a_page_of_any_shape_fits(
    jail: Jail, pdf: Callable[[bytes], Path], size: tuple[int, int], pixels: tuple[int, int]
) -> None:
    image = picture(jail.thumbnail(pdf(drawn(*size))))
    assert image.size == pixels
    assert image.getpixel((10, 0)) == RED


def test_frames_around_links_are_not_drawn(jail: Jail, pdf: Callable[[bytes], Path]) -> None:
    link = b"/Annots[<</Type/Annot/Subtype/Square/Rect[100 100 500 700]/C[1 0 0]/IC[1 0 0]/AP<</N 5 0 R>>>>]"
    red = stream(b"1 0 0 rg 0 0 400 600 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 400 600]")
    image = picture(jail.thumbnail(pdf(page(b"", b"", link, red))))
    assert image.getcolors() == [(480 * 640, WHITE)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 and no more", "damaged"),
        (drawn(600, 800, password="secret"), "password"),
        (raw_pdf(CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Nothing>>"), "damaged"),
    ],
    ids=["empty", "damaged", "locked", "page-less"],
)
def test_a_file_without_a_first_page_is_told(
    jail: Jail, pdf: Callable[[bytes], Path], content: bytes, code: str
) -> None:
    with pytest.raises(Tell) as told:
        jail.thumbnail(pdf(content))
    assert told.value.code == code


def compressed_twice() -> bytes:
    """A few KB that unfold to 1.5 GB of drawing commands."""
    once = zlib.compressobj(9)
    block = once.compress(b"q\n" * 2**20) + once.flush(zlib.Z_FULL_FLUSH)
    start, same = block[:2], block[2:]
    packed = zlib.compress(start + same * 750, 9)
    about = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>"
    return raw_pdf(CATALOG, ONE_PAGE, about, stream(packed, b"/Filter[/FlateDecode/FlateDecode]"))


def layers_in_layers() -> bytes:
    """2 KB that paint 10,000 see-through layers, each over the whole page: little memory, much time."""
    group = b"/Group<</S/Transparency/I true>>/Resources<</ExtGState<</G<</ca .5>>>>"
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]" + group
    levels = [
        stream(b"/G gs " + b"/X Do " * 10, form + b"/XObject<</X %d 0 R>>>>" % (number + 6)) for number in range(3)
    ]
    last = stream(b"/G gs 0 0 600 800 re f", form + b">>")
    return page(b"/X Do " * 10, b"/XObject<</X 5 0 R>>", b"", *levels, last)


@pytest.mark.parametrize(("bomb", "code"), [(compressed_twice, "too_much_memory"), (layers_in_layers, "took_too_long")])
def test_a_bomb_is_told_and_the_next_picture_is_drawn(
    jail: Jail, tmp_path: Path, pdf: Callable[[bytes], Path], bomb: Callable[[], bytes], code: str
) -> None:
    path = tmp_path / "bomb.pdf"
    path.write_bytes(bomb())
    with pytest.raises(Tell) as told:
        jail.thumbnail(path)
    assert told.value.code == code
    assert picture(jail.thumbnail(pdf(drawn(600, 800)))).size == (480, 640)
