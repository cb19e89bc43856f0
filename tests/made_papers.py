"""Small papers made on the spot, as many different ones as a test wants."""

from __future__ import annotations

import io
from dataclasses import dataclass

from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

_TOPICS = (
    ("Routing", "packet routing in sparse sensor networks", "Beacon Trees", "delivery delay"),
    ("Pruning", "pruning of small convolutional networks", "Twin Masks", "inference time"),
    ("Indexing", "indexing of growing text collections", "Lazy Runs", "index build time"),
    ("Scheduling", "scheduling of short batch jobs", "Slack Bidding", "queueing time"),
    ("Tagging", "tagging of low-resource languages", "Shared Stems", "labelling effort"),
)


@dataclass(frozen=True)
class MadePaper:
    number: int

    @property
    def _topic(self) -> tuple[str, str, str, str]:
        return _TOPICS[self.number % len(_TOPICS)]

    @property
    def arxiv_id(self) -> str:
        return f"2603.{10000 + self.number}"

    @property
    def title(self) -> str:
        kind, problem, method, _ = self._topic
        return f"{method} {self.number}: {kind} Made Cheaper for {problem.title()}"

    @property
    def authors(self) -> list[str]:
        return [f"Ada Quill{self._word()}", f"Bo Marsh{self._word()}"]

    def _word(self) -> str:
        # Letters only: digits in a name are footnote marks to a reader.
        return "".join(chr(ord("a") + int(digit)) for digit in str(self.number))

    @property
    def institution(self) -> str:
        return "Northlake University"

    @property
    def gain(self) -> str:
        return f"{11 + self.number}.{self.number % 10}%"

    @property
    def abstract(self) -> str:
        kind, problem, method, measure = self._topic
        return (
            f"Existing approaches to {problem} waste most of their work on cases that never occur, which makes them "
            f"too slow for daily use. We present {method} {self.number}, a method that orders the cases by how often "
            f"they were seen and stops early. {method} {self.number} needs no training and fits into the memory of a "
            f"small device. In experiments on three public collections it reduces the {measure} by {self.gain} "
            f"compared with the strongest baseline while keeping the same quality. {kind} with {method} "
            f"{self.number} therefore becomes practical where it was not before."
        )

    def pdf(self) -> bytes:
        styles = getSampleStyleSheet()
        centred = ParagraphStyle("centred", parent=styles["Normal"], alignment=TA_CENTER)
        body = styles["BodyText"]
        kind, problem, method, _ = self._topic
        story = [
            Paragraph(self.title, styles["Title"]),
            Paragraph(", ".join(self.authors), centred),
            Paragraph(self.institution, centred),
            Spacer(1, 12),
            Paragraph("Abstract", styles["Heading2"]),
            Paragraph(self.abstract, body),
            Paragraph("1 Introduction", styles["Heading2"]),
            Paragraph(
                f"The question of {problem} is old. {method} {self.number} answers it by looking at the frequent "
                "cases first. We describe the method, prove that it stops, and measure it.",
                body,
            ),
            Paragraph("2 Conclusion", styles["Heading2"]),
            Paragraph(
                f"We presented {method} {self.number}, which lowers the cost by {self.gain} on three collections. "
                "Future work will look at collections that change while they are read.",
                body,
            ),
            Paragraph("References", styles["Heading2"]),
            Paragraph(f"[1] C. Fen. A short history of {kind.lower()}. Journal of Small Systems, 2019.", body),
        ]
        file = io.BytesIO()
        SimpleDocTemplate(file, pagesize=A4, invariant=1, title=self.title).build(story)
        return file.getvalue()
