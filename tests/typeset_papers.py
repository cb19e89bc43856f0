"""PDFs of papers that never were, typeset here in the forms real ones come in."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 612.0, 792.0
ABSTRACT = (
    "Shared rivers are managed with gauges that fail when they matter most. We present Otter, a sampler that keeps a "
    "river's state in a sparse grid and updates only the cells that changed since the last flood. On nine basins it "
    "predicts the level six hours ahead with a mean error of 4.1 cm, which is 38 percent less than the models in use, "
    "and it runs on a single board computer. We release the code and the gauge data of all basins."
)
BODY = (
    "The level of a river is known only where somebody measures it. Between the gauges it has to be inferred, and the "
    "models that do so are too slow for the machines that stand at the water [3]. Earlier work has used dense grids "
    "(Marsh and Reed, 2017), which waste most of their memory on dry land. In this paper we show that a sparse grid is "
    "enough when the sampler knows which of the cells have changed [1, 2]. "
)


@dataclass
class Sheet:
    """A page under construction; ``y`` is where the next line goes, counted from the bottom."""

    canvas: Canvas
    y: float = HEIGHT - 72
    fonts: dict[str, str] = field(default_factory=dict)

    def line(
        self, text: str, size: float = 10, font: str = "Times-Roman", x: float | None = None, gap: float = 1.2
    ) -> None:
        """One line, centred unless ``x`` is given. ``^…^`` in the text is raised."""
        pieces = text.split("^")
        widths = [pdfmetrics.stringWidth(p, font, size * (0.7 if n % 2 else 1)) for n, p in enumerate(pieces)]
        at = (WIDTH - sum(widths)) / 2 if x is None else x
        for number, piece in enumerate(pieces):
            self.canvas.setFont(font, size * (0.7 if number % 2 else 1))
            self.canvas.drawString(at, self.y + (0.36 * size if number % 2 else 0), piece)
            at += widths[number]
        self.y -= gap * size

    def grid(self, rows: Sequence[Sequence[str]], size: float = 10, fonts: Sequence[str] = ()) -> None:
        """Rows of entries side by side, each centred in its column: authors as ACL and NeurIPS set them."""
        for number, row in enumerate(rows):
            font = fonts[number] if fonts else "Times-Roman"
            for place, text in enumerate(row):
                middle = WIDTH * (place + 1) / (len(row) + 1)
                self.canvas.setFont(font, size)
                self.canvas.drawCentredString(middle, self.y, text)
            self.y -= 1.25 * size

    def paragraph(
        self, text: str, x: float = 108, width: int = 92, size: float = 10, font: str = "Times-Roman"
    ) -> None:
        for line in textwrap.wrap(text, width):
            self.line(line, size, font, x)

    def lines(self, lines: Sequence[str], x: float, size: float = 10, font: str = "Times-Roman") -> None:
        for line in lines:
            self.line(line, size, font, x)


def made(*pages: Callable[[Sheet], None], size: tuple[float, float] = (WIDTH, HEIGHT), password: str = "") -> bytes:
    """A PDF with a page for each function."""
    out = io.BytesIO()
    encryption = StandardEncryption(password) if password else None
    canvas = Canvas(out, pagesize=size, encrypt=encryption, invariant=1)
    for page in pages:
        page(Sheet(canvas))
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def body(sheet: Sheet) -> None:
    sheet.line("1  Introduction", 12, "Times-Bold", 108, 1.6)
    sheet.paragraph(BODY * 2)


def references(sheet: Sheet) -> None:
    sheet.paragraph(BODY)
    sheet.line("References", 12, "Times-Bold", 108, 1.6)
    sheet.paragraph("[1] A. Marsh and B. Reed. Dense grids for rivers. Journal of Invented Hydrology, 2017.")
    sheet.paragraph("[2] C. Weir. Gauges that fail. In Proceedings of the Waterside Conference, 2019.")


def one_column(sheet: Sheet) -> None:
    sheet.line("Otter: Sparse Sampling of River Levels", 17, "Times-Bold", gap=1.3)
    sheet.line("on Small Machines", 17, "Times-Bold", gap=2.2)
    sheet.line("Mira Valdés^1,*^, Jun Oda^2^, Ewa Nowak-Lis^1^ and Tom de Vries^2^", 10, "Times-Bold")
    sheet.line("^1^ Department of Hydrology, University of Glasgow   ^2^ Delft University of Technology", 10, gap=1.4)
    sheet.line("{mvaldes,enowak}@gla.ac.uk", 10, "Courier", gap=3)
    sheet.line("Abstract", 12, "Times-Bold", gap=1.8)
    sheet.paragraph(ABSTRACT, 144, 74)
    sheet.y -= 16
    body(sheet)


def grid_of_authors(sheet: Sheet) -> None:
    sheet.line("Otter: Sparse Sampling of River Levels on Small Machines", 14.3, "Times-Bold", gap=2.4)
    sheet.grid(
        [
            ["Mira Valdés", "Jun Oda"],
            ["University of Glasgow", "Riverside Instruments Inc."],
            ["Glasgow, UK", "Osaka, Japan"],
            ["mira@gla.ac.uk", "oda@riverside.example"],
        ],
        11,
        ["Times-Bold", "Times-Roman", "Times-Roman", "Courier"],
    )
    sheet.y -= 24
    top = sheet.y
    sheet.line("Abstract", 12, "Times-Bold", 160, 1.8)
    sheet.paragraph(ABSTRACT, 88, 46)
    sheet.y -= 14
    sheet.line("1  Introduction", 12, "Times-Bold", 72, 1.5)
    sheet.paragraph(BODY, 72, 50)
    sheet.y = top
    sheet.paragraph(BODY * 2, 318, 50)


def notes_at_the_foot(sheet: Sheet) -> None:
    sheet.line("Otter: Sparse Sampling of River Levels on Small Machines", 14.3, "Times-Bold", gap=2.6)
    sheet.line("Mira Valdés^1^   Jun Oda^2^   Ewa Nowak-Lis^1^", 10, "Times-Bold", gap=2.6)
    top = sheet.y
    sheet.line("Abstract", 12, "Times-Bold", 150, 1.8)
    sheet.paragraph(ABSTRACT, 76, 44)
    sheet.y -= 14
    sheet.line("1. Introduction", 12, "Times-Bold", 56, 1.5)
    sheet.paragraph(BODY, 56, 52)
    sheet.y = top
    sheet.paragraph(BODY * 3, 320, 50)
    sheet.y = 110
    sheet.line("^1^School of Geography, University of Glasgow, Glasgow, UK ^2^Delft", 8, x=56)
    sheet.line("University of Technology, Delft, The Netherlands. Correspondence to:", 8, x=56)
    sheet.line("Mira Valdés <mira@gla.ac.uk>.", 8, x=56)
    sheet.line("Proceedings of the 12th Invented Conference on Rivers, 2024.", 8, x=56)


def authors_are_with(sheet: Sheet) -> None:
    sheet.line("Otter: Sparse Sampling of River Levels on Small Machines", 20, gap=1.8)
    sheet.line("Mira Valdés, Member, IEEE, and Jun Oda, Fellow, IEEE", 11, gap=3)
    top = sheet.y
    wrapped = textwrap.wrap("Abstract—" + ABSTRACT, 54)
    sheet.lines(wrapped, 50, 9, "Times-Bold")
    sheet.y -= 6
    sheet.line("Index Terms—rivers, sampling, sparse grids.", 9, "Times-Bold", 50, 2)
    sheet.line("I. INTRODUCTION", 10, x=130, gap=1.6)
    sheet.paragraph(BODY, 50, 54)
    sheet.y = top
    sheet.paragraph(BODY * 3, 316, 54)
    sheet.y = 100
    sheet.line("M. Valdés is with the Department of Hydrology, University of Glasgow,", 7.5, x=50)
    sheet.line("Glasgow, U.K. J. Oda is with Osaka University, Osaka, Japan.", 7.5, x=50)
    sheet.line("Manuscript received 3 May 2023; revised 9 June 2023.", 7.5, x=50)


def anonymous(sheet: Sheet) -> None:
    sheet.line("Otter: Sparse Sampling of River Levels on Small Machines", 17, "Times-Bold", gap=2.4)
    sheet.line("Anonymous Author(s)", 10, "Times-Bold")
    sheet.line("Affiliation", 10)
    sheet.line("Address", 10, gap=3)
    sheet.line("Abstract", 12, "Times-Bold", gap=1.8)
    sheet.paragraph(ABSTRACT, 144, 74)
    sheet.y -= 16
    body(sheet)
    for number in range(30):
        sheet.canvas.setFont("Helvetica", 6)
        sheet.canvas.drawRightString(70, HEIGHT - 72 - 12 * number, str(number + 1))


def without_heading(sheet: Sheet) -> None:
    sheet.line("Sparse sampling of river levels on small machines", 14, "Times-Bold", gap=2)
    sheet.line("M. Valdés,^1^ J. K. Oda,^2^ and E. Nowak-Lis^1^", 10)
    sheet.line("^1^Department of Physics, University of Glasgow, Glasgow G12 8QQ, United Kingdom", 9)
    sheet.line("^2^Institute of Hydraulics, Osaka University, Osaka 565-0871, Japan", 9)
    sheet.line("(Dated: March 3, 2021)", 9, gap=2)
    sheet.paragraph(ABSTRACT, 130, 88, 9)
    sheet.y -= 18
    body(sheet)


def cover(sheet: Sheet) -> None:
    sheet.y = 560
    sheet.line("Otter: Sparse Sampling of River Levels on Small Machines", 20, "Helvetica-Bold", gap=2)
    sheet.line("Mira Valdés and Jun Oda, University of Glasgow", 13, "Helvetica", gap=4)
    sheet.line("This paper is included in the Proceedings of the", 18, "Helvetica-Bold")
    sheet.line("12th Invented Symposium on Rivers.", 18, "Helvetica-Bold")


def chinese(sheet: Sheet) -> None:
    for name in ("STSong-Light",):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(UnicodeCIDFont(name))
    song = "STSong-Light"
    sheet.line("基于稀疏网格的小型设备河流水位采样方法", 18, song, gap=2)
    sheet.line("王小明^1^，李雪^2^，欧阳修文^1^", 12, song, gap=1.8)
    sheet.line("（1. 清华大学 水利工程系，北京 100084；2. 河海大学 水文学院，南京 210098）", 9, song, gap=3)
    sheet.line("摘  要：河流水位只有在测站处才是已知的，测站之间的水位必须推断得到。本文提出一种", 10, song, 90)
    sheet.line("稀疏网格采样方法 Otter，只更新自上次洪水以来发生变化的网格单元。在九个流域上，", 10, song, 90)
    sheet.line("六小时预测的平均误差为 4.1 厘米，比现有模型降低 38%，并可在单板计算机上运行。", 10, song, 90)
    sheet.line("关键词：河流；采样；稀疏网格", 10, song, 90, 2.4)
    sheet.line("1  引言", 13, song, 90, 1.8)
    for _ in range(6):
        sheet.line("河流的水位只有在有人测量的地方才是已知的，其余位置需要借助模型推断[1]。已有的", 10, song, 90)
        sheet.line("模型运行太慢，不适合部署在水边的小型机器上[2,3]，而且会把大部分内存浪费在干地上。", 10, song, 90)


def chinese_journal(sheet: Sheet) -> None:
    song = "STSong-Light"
    if song not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(song))
    sheet.line("第 45 卷 第 3 期        河 流 学 报        Vol. 45 No. 3", 9, song, gap=3)
    sheet.line("基于稀疏网格的河流水位采样", 20, song, gap=2)
    sheet.line("张 伟^1),2)^    李 娜^1)^    欧阳 锋^3)^", 13, song, gap=1.6)
    sheet.line("^1)^（中国科学院计算技术研究所 北京 100190）", 9, song)
    sheet.line("^2)^（东南大学 电气工程学院 南京 210096）", 9, song)
    sheet.line("^3)^（华为技术有限公司 深圳 518129）", 9, song, gap=2.4)
    sheet.line("摘  要  河流水位只有在测站处才是已知的，本文提出一种稀疏网格采样方法 Otter，", 10, song, 72)
    sheet.line("六小时预测的平均误差为 4.1 厘米，比现有模型降低 38%。", 10, song, 72)
    sheet.line("关键词  河流；采样；稀疏网格", 10, song, 72, 2.4)
    sheet.line("Sparse Sampling of River Levels", 14, "Times-Bold", gap=1.6)
    sheet.line("ZHANG Wei^1),2)^  LI Na^1)^  OUYANG Feng^3)^", 11, gap=2)
    sheet.line("Abstract  We present Otter, a sampler that keeps a river's state in a sparse grid.", 10, x=72, gap=3)
    sheet.line("1  引言", 13, song, 72, 1.8)
    for _ in range(10):
        sheet.line("河流的水位只有在有人测量的地方才是已知的，其余位置需要借助模型推断[1-3]。", 10, song, 72)


def slides(sheet: Sheet) -> None:
    sheet.canvas.setFont("Helvetica-Bold", 36)
    sheet.canvas.drawString(60, 300, "Otter for rivers")
    sheet.canvas.setFont("Helvetica", 20)
    sheet.canvas.drawString(60, 250, "Mira Valdés, University of Glasgow")


def letter(sheet: Sheet) -> None:
    sheet.line("May 5, 2023", 11, x=72, gap=2)
    sheet.line("Dear Sir or Madam,", 11, x=72, gap=2)
    sheet.paragraph("We delivered twelve gauges and four boards in the week of the flood. " * 6, 72, 80, 11)
    sheet.line("Mira Valdés", 11, x=72)


def raw_pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    out = b"%PDF-1.7\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        table,
        size,
        len(out),
    )


def stream(data: bytes, extra: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), extra, data)


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
ONE_PAGE = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
