"""The header of one paper in the forms that publishers give it; each form is typeset here from nothing."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from typeset_papers import ABSTRACT, BODY, Sheet, body, made, references

from bot.models import Reading
from bot.papers.read import read

TITLE = "Otter: Sparse Sampling of River Levels on Small Machines"
MIRA, JUN, EWA = "Mira Valdés", "Jun Oda", "Ewa Nowak-Lis"
GLASGOW, DELFT = "University of Glasgow", "Delft University of Technology"
_PRESENT, _RELEASE = ABSTRACT.index("We present"), ABSTRACT.index("We release")
PARTS = ABSTRACT[:_PRESENT].strip(), ABSTRACT[_PRESENT:_RELEASE].strip(), ABSTRACT[_RELEASE:]


def two_columns(sheet: Sheet, left: Callable[[], None]) -> None:
    """``left`` in the left column, running text in the right one."""
    top = sheet.y
    left()
    sheet.y = top
    sheet.paragraph(BODY * 3, 318, 54)


def side_bar(sheet: Sheet, top: float, lines: list[str]) -> None:
    sheet.y = top
    sheet.lines(lines, 40, 7, "Helvetica")


def elsevier(sheet: Sheet) -> None:
    sheet.line("Contents lists available at ScienceDirect", 8, gap=1.8)
    sheet.line("Journal of Invented Hydrology", 18, gap=1.6)
    sheet.line("journal homepage: www.publisher.example/locate/hyd", 8, gap=4)
    sheet.line(TITLE, 15, x=40, gap=2)
    sheet.line(f"{MIRA} ^a,*^, {JUN} ^b^, {EWA} ^a,b^", 12, x=40, gap=1.8)
    sheet.line("^a^ Department of Hydrology, University of Glasgow, Glasgow G12 8QQ, United Kingdom", 7.5, x=40)
    sheet.line(
        "^b^ Faculty of Civil Engineering, Delft University of Technology, Delft, the Netherlands", 7.5, x=40, gap=3
    )
    top = sheet.y
    sheet.line("A R T I C L E  I N F O", 9, x=40, gap=2)
    sheet.lines(["Article history:", "Received 3 May 2019", "Keywords:", "Rivers", "Sparse grids"], 40, 7.5)
    sheet.y = top
    sheet.line("A B S T R A C T", 9, x=210, gap=2)
    sheet.paragraph(ABSTRACT, 210, 80, 8.5)
    sheet.line("© 2019 Publisher Ltd. All rights reserved.", 7.5, x=400, gap=4)
    sheet.line("1. Introduction", 10, "Times-Bold", 40, 1.6)
    sheet.paragraph(BODY * 3, 40, 58)


def structured_with_side_bar(sheet: Sheet) -> None:
    sheet.line("RESEARCH ARTICLE", 8, "Helvetica-Bold", 200, 2.4)
    sheet.line("Otter: Sparse Sampling of River Levels", 18, "Helvetica-Bold", 200)
    sheet.line("on Small Machines", 18, "Helvetica-Bold", 200, 1.8)
    sheet.line(f"{MIRA}^1^*, {JUN}^2^, {EWA}^1,2^", 11, "Helvetica-Bold", 200, 2)
    sheet.line(
        "1 Department of Hydrology, University of Glasgow, Glasgow, United Kingdom, 2 Delft University of", 8.5, x=200
    )
    sheet.line("Technology, Delft, the Netherlands", 8.5, x=200, gap=4)
    top = sheet.y
    sheet.line("Abstract", 16, "Helvetica-Bold", 200, 1.8)
    sheet.line("Background", 11, "Helvetica-Bold", 200, 1.4)
    sheet.paragraph(PARTS[0], 200, 72, 9.5)
    sheet.y -= 6
    sheet.line("Methods and findings", 11, "Helvetica-Bold", 200, 1.4)
    sheet.paragraph(f"{PARTS[1]} {PARTS[2]}", 200, 72, 9.5)
    sheet.y -= 14
    sheet.line("Introduction", 16, "Helvetica-Bold", 200, 1.8)
    sheet.paragraph(BODY * 2, 200, 70, 9.5)
    side_bar(
        sheet,
        top,
        ["OPEN ACCESS", "Citation: Valdés M, Oda J (2019) Otter.", "Editor: Rita Brook, University of Leeds,"],
    )


def approved_by_an_editor(sheet: Sheet) -> None:
    sheet.line(TITLE, 18, "Helvetica-Bold", 36, 1.8)
    sheet.line(f"{MIRA}^a,1^, {JUN}^b^, and {EWA}^a,b^", 10, "Helvetica-Bold", 36, 1.5)
    sheet.line("^a^Department of Hydrology, University of Glasgow, Glasgow G12 8QQ, United Kingdom; and", 7, x=36)
    sheet.line(
        "^b^Faculty of Civil Engineering, Delft University of Technology, Delft, The Netherlands", 7, x=36, gap=1.6
    )
    sheet.line(
        "Edited by Rita Brook, University of Leeds, Leeds, United Kingdom, and approved June 9, 2019", 7, x=36, gap=2
    )
    top = sheet.y
    sheet.lines(textwrap.wrap(ABSTRACT, 56), 36, 9, "Times-Bold")
    sheet.y -= 6
    sheet.line("rivers | sampling | sparse grids", 8, x=36, gap=2)
    sheet.paragraph(BODY, 36, 56, 9)
    sheet.y = top
    sheet.paragraph(BODY * 3, 316, 56, 9)


def mail_beside_the_name(sheet: Sheet) -> None:
    sheet.line("Journal of Invented Learning 15 (2014) 1929-1958      Submitted 11/13; Published 6/14", 8, gap=4)
    sheet.line("Otter: Sparse Sampling of River Levels", 14, "Times-Bold")
    sheet.line("on Small Machines", 14, "Times-Bold", gap=2)
    for name, mail, school, university in (
        (MIRA, "mira@gla.ac.uk", "School of Hydrology", GLASGOW),
        (JUN, "oda@tudelft.nl", "Department of Computer Science", DELFT),
    ):
        here = sheet.y
        sheet.line(name, 11, "Times-Bold", 90)
        sheet.y = here
        sheet.line(mail, 9, "Courier", 420, 1.2)
        sheet.lines([school, university, "10 College Road, Glasgow"], 90, 10, "Times-Italic")
        sheet.y -= 6
    sheet.line("Editor: Rita Brook", 10, "Times-Bold", 90, 2.5)
    sheet.line("Abstract", 11, "Times-Bold", gap=1.6)
    sheet.paragraph(ABSTRACT, 110, 82)
    sheet.line("Keywords: rivers, grids", x=110, gap=2.2)
    sheet.line("1. Introduction", 12, "Times-Bold", 90, 1.5)
    sheet.paragraph(BODY * 2, 90, 88, 11)


def capitals_and_support(sheet: Sheet) -> None:
    sheet.line("Received May 3, 2019, accepted June 9, 2019, date of publication June 20, 2019.", 7, x=40, gap=6)
    sheet.line("Otter: Sparse Sampling of River Levels", 22, "Helvetica-Bold", 40)
    sheet.line("on Small Machines", 22, "Helvetica-Bold", 40, 1.6)
    sheet.line("MIRA VALDÉS^1^, (Member, IEEE), JUN ODA^2^, AND EWA NOWAK-LIS^1^", 11, "Helvetica-Bold", 40, 1.4)
    sheet.line("^1^Department of Hydrology, University of Glasgow, Glasgow G12 8QQ, U.K.", 7.5, x=40)
    sheet.line(
        "^2^Faculty of Civil Engineering, Delft University of Technology, 2628 CD Delft, The Netherlands",
        7.5,
        x=40,
        gap=1.5,
    )
    sheet.line("Corresponding author: Mira Valdés (mira@gla.ac.uk)", 7.5, x=40, gap=1.5)
    sheet.line(
        "This work was supported by the Foundation of Rivers under Grant 61, and by Tsinghua University.",
        7.5,
        x=40,
        gap=3,
    )
    sheet.lines(textwrap.wrap("ABSTRACT " + ABSTRACT, 95), 40)
    sheet.y -= 10
    sheet.line("INDEX TERMS Rivers, sampling, sparse grids.", x=40, gap=2.4)
    sheet.line("I. INTRODUCTION", 10, "Helvetica-Bold", 40, 1.5)
    two_columns(sheet, lambda: sheet.paragraph(BODY, 40, 54))


def bars_between_names(sheet: Sheet) -> None:
    sheet.line("Received: 3 May 2019 | Accepted: 9 June 2019", 7, x=40, gap=4)
    sheet.line(TITLE, 19, "Helvetica-Bold", 40, 2)
    sheet.line(f"{MIRA}^1^ | {JUN}^2^ | {EWA}^1^", 11, "Helvetica-Bold", 40, 3)
    top = sheet.y
    left = [
        "^1^Department of Hydrology, University of",
        "Glasgow, Glasgow, UK",
        "^2^Faculty of Civil Engineering, Delft",
    ]
    sheet.lines([*left, "University of Technology, Delft, The", "Netherlands"], 40, 7.5, "Helvetica")
    sheet.y = top
    sheet.line("Summary", 11, "Helvetica-Bold", 210, 1.5)
    sheet.paragraph(ABSTRACT, 210, 72, 9.5)
    sheet.line("KEYWORDS", 8, "Helvetica-Bold", 210, 4)
    sheet.line("1 | INTRODUCTION", 11, "Helvetica-Bold", 40, 1.6)
    two_columns(sheet, lambda: sheet.paragraph(BODY, 40, 52))


def thanks_in_the_notes(sheet: Sheet) -> None:
    sheet.line(TITLE, 17, gap=2.4)
    sheet.line(f"{MIRA}^*^      {JUN}^+^", 12, gap=2)
    sheet.line("June 2019", 12, gap=3)
    sheet.line("Abstract", 10, "Times-Bold", gap=1.6)
    sheet.paragraph(ABSTRACT, 144, 70)
    sheet.line("JEL classification: Q25, C63", x=144, gap=3)
    sheet.line("1 Introduction", 14, "Times-Bold", 90, 1.6)
    sheet.paragraph(BODY * 2, 90, 76, 12)
    sheet.y = 120
    sheet.line(
        "^*^Department of Economics, University of Glasgow. Email: mira@gla.ac.uk. We thank Rita Brook at", 9, x=90
    )
    sheet.line("Leeds University for comments and the River Foundation for financial support.", 9, x=90)
    sheet.line("^+^Assistant Professor, Faculty of Economics, Delft University of Technology.", 9, x=90)


def company_report(sheet: Sheet) -> None:
    sheet.line("Otter: Sparse Sampling of River Levels", 20, "Helvetica-Bold", 70)
    sheet.line("on Small Machines", 20, "Helvetica-Bold", 70, 1.8)
    sheet.line(f"{MIRA}^1,2,*^, {JUN}^1^, {EWA}^1,+^", 10, "Helvetica-Bold", 70, 1.5)
    sheet.line("^1^FAIR at Meta, ^2^University of Glasgow", 10, "Helvetica", 70, 1.2)
    sheet.line("^*^Work done at Meta, ^+^Joint last author", 10, "Helvetica", 70, 2.6)
    sheet.paragraph(ABSTRACT, 80, 88)
    sheet.y -= 8
    sheet.lines(["Date: June 3, 2025", "Correspondence: mira@meta.com", "Code: https://example.org/otter"], 80, 9)
    sheet.y -= 20
    sheet.line("1 Introduction", 14, "Helvetica-Bold", 70, 1.6)
    sheet.paragraph(BODY * 2, 70, 90)


def unknown_companies_in_a_grid(sheet: Sheet) -> None:
    sheet.line(TITLE, 17, "Helvetica-Bold", gap=2)
    sheet.grid([[MIRA, JUN, EWA]], 12)
    sheet.grid(
        [
            [GLASGOW, "Riverside Labs", "Sea Limited"],
            ["Glasgow, United Kingdom", "Osaka, Japan", "Singapore"],
            ["mira@gla.ac.uk", "oda@riverside.example", "ewa@sea.example"],
        ]
    )
    sheet.y -= 16

    def left() -> None:
        sheet.line("ABSTRACT", 11, "Helvetica-Bold", 54, 1.4)
        sheet.paragraph(ABSTRACT, 54, 56, 9)
        sheet.y -= 6
        sheet.line("CCS CONCEPTS", 11, "Helvetica-Bold", 54, 1.4)
        sheet.line("• Applied computing → Rivers.", 9, x=54, gap=2)
        sheet.paragraph(f"{MIRA}, {JUN}, and {EWA}. 2019. Otter. In Proceedings of RIVER '19.", 54, 60, 8)

    two_columns(sheet, left)


def mails_and_initials(sheet: Sheet) -> None:
    sheet.line("Article", 10, "Times-Italic", 40, 1.6)
    sheet.line(TITLE, 18, "Times-Bold", 40, 1.8)
    sheet.line(f"{MIRA} ^1,^*, {JUN} ^2^ and {EWA} ^1,2^", 10, "Times-Bold", 40, 2.6)
    sheet.line(
        "^1^   Department of Hydrology, University of Glasgow, Glasgow G12 8QQ, UK; ewa@gla.ac.uk (E.N.-L.)", 8, x=160
    )
    sheet.line(
        "^2^   Faculty of Civil Engineering, Delft University of Technology, 2628 CD Delft, The Netherlands;", 8, x=160
    )
    sheet.line("       oda@tudelft.nl (J.O.)", 8, x=160)
    sheet.line("*   Correspondence: mira@gla.ac.uk; Tel.: +44-141-000", 8, x=160, gap=3)
    top = sheet.y
    sheet.lines(textwrap.wrap("Abstract: " + ABSTRACT, 80), 160, 9.5)
    sheet.y -= 8
    sheet.line("Keywords: rivers; sampling; sparse grids", 9.5, "Times-Bold", 160, 3)
    sheet.line("1. Introduction", 11, "Times-Bold", 160, 1.6)
    sheet.paragraph(BODY * 2, 160, 74)
    side_bar(
        sheet,
        top - 80,
        ["Citation: Valdés, M.; Oda, J.", "Otter: Sparse Sampling. Rivers", "Academic Editor: Rita Brook"],
    )


def long_list_over_lines(sheet: Sheet) -> None:
    sheet.line(TITLE, 14, "Times-Bold", gap=2.2)
    sheet.line("Mira Valdés, Jun Oda, Ewa Nowak-Lis, Tom de Vries,", 12, "Times-Bold")
    sheet.line("Bo Li, Jean-Luc Martin, Fatima", 12, "Times-Bold")
    sheet.line("El Amrani, Sven Öberg and Li Na", 12, "Times-Bold", gap=1.3)
    sheet.line("University of Glasgow, Delft University of Technology, MIT CSAIL", 12, gap=3)
    sheet.line("Abstract", 12, "Times-Bold", gap=1.8)
    sheet.paragraph(ABSTRACT, 144, 74)
    sheet.y -= 16
    body(sheet)


def parts_run_in(sheet: Sheet) -> None:
    sheet.line("Original Investigation", 9, "Helvetica", 40, 2)
    sheet.line(TITLE, 18, "Helvetica-Bold", 40, 1.8)
    sheet.line(f"{MIRA}, MD, PhD; {JUN}, MSc; {EWA}, MD", 10, "Helvetica", 40, 2.4)
    sheet.line("Abstract", 12, "Helvetica-Bold", 150, 1.6)
    for word, part in zip(("IMPORTANCE", "METHODS", "CONCLUSIONS"), PARTS, strict=True):
        sheet.lines(textwrap.wrap(f"{word} {part}", 74), 150, 9)
        sheet.y -= 6
    sheet.y -= 30
    sheet.paragraph(BODY * 2, 150, 76)
    notes = [
        "Author Affiliations: Department of",
        "Hydrology, University of Glasgow,",
        "Glasgow, United Kingdom (Valdés);",
    ]
    side_bar(sheet, 200, [*notes, "Osaka University Hospital, Osaka", "(Oda)."])


def one_under_the_other(sheet: Sheet) -> None:
    sheet.y -= 40
    sheet.line(TITLE, 17, gap=2)
    sheet.line(MIRA, 12)
    sheet.line("Department of Mathematics, University of Glasgow", 12)
    sheet.line("mira@gla.ac.uk", 12, "Courier", gap=1.8)
    sheet.line(JUN, 12)
    sheet.line("Faculty of Engineering, Delft University of Technology", 12, gap=2)
    sheet.line("June 3, 2019", 12, gap=3)
    sheet.line("Abstract", 10.9, "Times-Bold", gap=1.6)
    sheet.paragraph(ABSTRACT, 130, 80, 10.9)
    sheet.y -= 14
    sheet.line("1  Introduction", 14, "Times-Bold", 100, 1.6)
    sheet.paragraph(BODY * 2, 100, 80, 12)


def a_team(sheet: Sheet) -> None:
    sheet.line(TITLE, 17, "Times-Bold", gap=2.2)
    sheet.line("Otter Team", 12, gap=1.4)
    sheet.line("Riverside AI", 12, gap=3)
    sheet.line("Abstract", 12, "Times-Bold", gap=1.8)
    sheet.paragraph(ABSTRACT, 110, 84)
    sheet.y -= 10
    sheet.line("Code: https://example.org/otter", 10, x=110, gap=4)
    body(sheet)


HEADED = f"Background {PARTS[0]} Methods and findings {PARTS[1]} {PARTS[2]}"
RUN_IN = f"IMPORTANCE {PARTS[0]} METHODS {PARTS[1]} CONCLUSIONS {PARTS[2]}"
LONG_LIST = [MIRA, JUN, EWA, "Tom de Vries", "Bo Li", "Jean-Luc Martin", "Fatima El Amrani", "Sven Öberg", "Li Na"]
STYLES: list[tuple[Callable[[Sheet], None], list[str], list[str], str]] = [
    (elsevier, [MIRA, JUN, EWA], [GLASGOW, DELFT], ABSTRACT),
    (structured_with_side_bar, [MIRA, JUN, EWA], [GLASGOW, DELFT], HEADED),
    (approved_by_an_editor, [MIRA, JUN, EWA], [GLASGOW, DELFT], ABSTRACT),
    (mail_beside_the_name, [MIRA, JUN], [GLASGOW, DELFT], ABSTRACT),
    (capitals_and_support, [MIRA, JUN, EWA], [GLASGOW, DELFT], ABSTRACT),
    (bars_between_names, [MIRA, JUN, EWA], [GLASGOW, DELFT], ABSTRACT),
    (thanks_in_the_notes, [MIRA, JUN], [GLASGOW, DELFT], ABSTRACT),
    (company_report, [MIRA, JUN, EWA], ["Meta AI", GLASGOW], ABSTRACT),
    (unknown_companies_in_a_grid, [MIRA, JUN, EWA], [GLASGOW, "Riverside Labs", "Sea Limited"], ABSTRACT),
    (mails_and_initials, [MIRA, JUN, EWA], [GLASGOW, DELFT], ABSTRACT),
    (long_list_over_lines, LONG_LIST, [GLASGOW, DELFT, "Massachusetts Institute of Technology"], ABSTRACT),
    (parts_run_in, [MIRA, JUN, EWA], [GLASGOW, "Osaka University Hospital"], RUN_IN),
    (one_under_the_other, [MIRA, JUN], [GLASGOW, DELFT], ABSTRACT),
    (a_team, [], ["Riverside AI"], ABSTRACT),
]


@pytest.mark.parametrize(
    ("page", "names", "institutions", "abstract"), STYLES, ids=[style[0].__name__ for style in STYLES]
)
def test_the_header_in_this_form(
    tmp_path: Path, page: Callable[[Sheet], None], names: list[str], institutions: list[str], abstract: str
) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(made(page, references))
    reading: Reading = read(path, max_pages=9)
    assert reading.title == TITLE
    assert [author.name for author in reading.authors] == names
    assert [institution.name for institution in reading.institutions] == institutions
    assert reading.abstract == abstract
