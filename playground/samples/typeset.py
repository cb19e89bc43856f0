"""Typesets the sample papers: ``python -m playground.samples.typeset`` writes the PDFs beside their sources.

Needs reportlab, which only developers have. The same words give the same bytes.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, FrameBreak, NextPageTemplate, PageTemplate, Paragraph

from playground.samples import Sample, samples

FOLDER = Path(__file__).parent
CHINESE = "STSong-Light"
"""One of Adobe's Asian fonts, which every reader of PDFs brings along: nothing to embed."""
MARGIN = 20 * mm
GAP = 7 * mm
HEADER = 40 * mm
"""Height of the part across both columns on the first page."""
HYPHENS = (
    "after-wards com-pared com-pre-hen-sion com-puter con-tri-bu-tions col-lected con-sis-tent de-crease de-scribe "
    "dif-fer-ence du-pli-cates eco-nom-ics eval-u-a-tion ex-pen-sive fea-tures gradu-ate im-por-tance in-cre-men-tal "
    "in-for-ma-tion in-ter-rupted in-ter-views in-tro-duc-tion knowl-edge lan-guage li-brary li-braries ma-te-ri-als "
    "mem-ory meth-od neigh-bour num-bers ob-ser-va-tions pa-ram-e-ters para-graph pas-sages per-cent-age po-si-tion "
    "pre-dicts pre-sent pro-ce-dure pro-cess-ing pub-li-ca-tion ques-tions read-ers read-ing records ref-er-ence "
    "re-mem-ber re-search re-sults re-stores sci-ence scor-ing sen-tence sen-tences sig-nif-i-cant sta-tis-ti-cally "
    "stu-dents sym-met-ric sys-tems tech-ni-cal there-fore thor-ough to-gether train-ing trans-ac-tion up-dates"
)
"""Where these words may break at the end of a line."""
NOTICE = {
    "en": "Sample paper written for Paperwire. Its authors, institutions and results are invented.",
    "zh": "本文是为 Paperwire 编写的示例论文，作者、机构与结果均为虚构。",
}
WORDS = {"en": ("Abstract", "References"), "zh": ("摘要", "参考文献")}


def typeset(sample: Sample) -> bytes:
    """The PDF of a sample paper."""
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    target = io.BytesIO()
    document = BaseDocTemplate(
        target,
        pagesize=A4,
        invariant=1,
        pageCompression=0,  # compressed bytes differ between versions of zlib
        title=sample.title,
        author=", ".join(name for name, _ in sample.authors),
    )

    def notice(canvas: Canvas, _: BaseDocTemplate) -> None:
        font = CHINESE if sample.language == "zh" else "Times-Italic"
        canvas.setFont(font, 7.5)
        canvas.drawCentredString(A4[0] / 2, 10 * mm, NOTICE[sample.language])

    def first(canvas: Canvas, page: BaseDocTemplate) -> None:
        notice(canvas, page)
        if not sample.stamped:
            return
        canvas.saveState()
        canvas.translate(10 * mm, A4[1] / 2 - 60 * mm)
        canvas.rotate(90)
        canvas.setFont("Times-Roman", 16)
        day = f"{sample.submitted.day} {sample.submitted:%b %Y}"
        canvas.drawString(0, 0, f"arXiv:{sample.arxiv}v1  [{sample.category}]  {day}")
        canvas.restoreState()

    document.addPageTemplates(
        [
            PageTemplate("first", _frames(sample, first=True), onPage=first),
            PageTemplate("later", _frames(sample, first=False), onPage=notice),
        ]
    )
    turn = [FrameBreak()] if sample.columns > 1 else []
    document.build([NextPageTemplate("later"), *_header(sample), *turn, *_body(sample)])
    return target.getvalue()


def _frames(sample: Sample, *, first: bool) -> list[Frame]:
    width, height = A4[0] - 2 * MARGIN, A4[1] - 2 * MARGIN
    header = HEADER if first and sample.columns > 1 else 0
    column = (width - GAP * (sample.columns - 1)) / sample.columns
    columns = [
        Frame(MARGIN + number * (column + GAP), MARGIN, column, height - header, 0, 0, 0, 0)
        for number in range(sample.columns)
    ]
    return [Frame(MARGIN, A4[1] - MARGIN - header, width, header, 0, 0, 0, 0), *columns] if header else columns


def _style(
    sample: Sample, size: float, *, bold: bool = False, centred: bool = False, after: float = 4
) -> ParagraphStyle:
    chinese = sample.language == "zh"
    return ParagraphStyle(
        "style",
        fontName=CHINESE if chinese else "Times-Bold" if bold else "Times-Roman",
        fontSize=size,
        leading=size * (1.5 if chinese else 1.2),
        alignment=TA_CENTER if centred else TA_JUSTIFY,
        spaceAfter=after,
        wordWrap="CJK" if chinese else None,
    )


def _header(sample: Sample) -> list[Flowable]:
    comma = "，" if sample.language == "zh" else ", "
    authors = comma.join(f"{escape(name)}<super>{marks}</super>" if marks else name for name, marks in sample.authors)
    lines = [f"<super>{mark}</super>{escape(name)}" if mark else escape(name) for mark, name in sample.institutions]
    parts: list[Flowable] = [
        Paragraph(escape(sample.title), _style(sample, 17, bold=True, centred=True, after=10)),
        Paragraph(authors, _style(sample, 11.5, centred=True, after=5)),
        *(Paragraph(line, _style(sample, 9.5, centred=True, after=1)) for line in lines),
        Paragraph(escape(sample.contact), _style(sample, 9, centred=True, after=9)),
    ]
    return parts if sample.columns > 1 else [*parts, *_abstract(sample)]


def _abstract(sample: Sample) -> list[Flowable]:
    centred = sample.columns == 1
    return [
        Paragraph(WORDS[sample.language][0], _style(sample, 11, bold=True, centred=centred)),
        Paragraph(_broken(sample.abstract), _style(sample, 9.5, after=9)),
    ]


def _body(sample: Sample) -> list[Flowable]:
    parts: list[Flowable] = [] if sample.columns == 1 else _abstract(sample)
    for section in sample.sections:
        parts.append(Paragraph(escape(section.heading), _style(sample, 12, bold=True)))
        for paragraph in section.text.split("\n\n"):
            parts.append(Paragraph(_broken(paragraph.replace("\n", " ")), _style(sample, 10, after=6)))
    parts.append(Paragraph(WORDS[sample.language][1], _style(sample, 12, bold=True)))
    for number, reference in enumerate(sample.references, 1):
        parts.append(Paragraph(f"[{number}] {_broken(reference)}", _style(sample, 8.5, after=3)))
    return parts


def _broken(text: str) -> str:
    """With soft hyphens where a word may break."""
    soft = {word.replace("-", ""): word.replace("-", "\u00ad") for word in HYPHENS.split()}
    return re.sub(r"[a-z]+", lambda match: soft.get(match[0], match[0]), escape(text))


def main() -> None:
    for sample in samples():
        (FOLDER / f"{sample.name}.pdf").write_bytes(typeset(sample))


if __name__ == "__main__":
    main()
