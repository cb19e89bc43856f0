"""Organisations in print: one name each, and never a department, a city or a team."""

from __future__ import annotations

from importlib import resources

import pytest

from bot.papers.institutions import in_text, known, of_domain, plain
from bot.papers.pages.organisations import in_affiliation


def named(text: str) -> list[str]:
    return [organisation.name for organisation in in_affiliation(text, "named")]


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("University of California at Berkeley", "University of California, Berkeley"),
        ("UC Berkeley", "University of California, Berkeley"),
        ("MIT", "Massachusetts Institute of Technology"),
        ("ETH Zürich", "ETH Zurich"),
        ("Xi’an Jiaotong University", "Xi'an Jiaotong University"),
        ("HKUST(GZ)", "The Hong Kong University of Science and Technology (Guangzhou)"),
        ("清华大学", "Tsinghua University"),
        ("Bytedance", "ByteDance"),
        ("Huawei Noah’s Ark Lab", "Huawei"),
    ],
)
def test_one_name_for_every_printed_form(printed: str, name: str) -> None:
    found = known(printed)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    ("affiliation", "names"),
    [
        ("Department of Computer Science, Stanford University, Stanford, CA, USA", ["Stanford University"]),
        ("Department of Electrical Engineering, University of Nebraska-Lincoln", ["University of Nebraska-Lincoln"]),
        ("School of Data Science, Fudan University", ["Fudan University"]),
        ("Zhejiang Lab/Zhejiang University", ["Zhejiang Lab", "Zhejiang University"]),
        ("UIUC & Uchicago", ["University of Illinois Urbana-Champaign", "University of Chicago"]),
        ("Google DeepMind, London, UK", ["Google DeepMind"]),
        ("Toshiba Research, Princeton, NJ", ["Toshiba Research"]),
        ("Nanjing University of Traditional Medicine", ["Nanjing University of Traditional Medicine"]),
        ("Osaka University Hospital, Osaka, Japan", ["Osaka University Hospital"]),
        ("California State University, Fullerton, USA", ["California State University, Fullerton"]),
        ("Institute of Physics, Invented Academy of Sciences, Prague", ["Invented Academy of Sciences"]),
        ("Laboratory for Research in Complex Systems, Menlo Park, CA", ["Laboratory for Research in Complex Systems"]),
        ("Kansai Water Company, Osaka", ["Kansai Water Company"]),
        ("DeepAuto.ai", ["DeepAuto.ai"]),
        ("清华大学 水利工程系，北京 100084", ["Tsinghua University"]),
        ("Department of Physics", []),
        ("Ann Arbor, MI 48109, USA", []),
        ("These authors contributed equally", []),
        ("Qwen Team", []),
    ],
)
def test_the_organisation_in_an_affiliation(affiliation: str, names: list[str]) -> None:
    assert named(affiliation) == names


@pytest.mark.parametrize("text", ["an apple a day", "the meta level", "snap to grid", "a unity of purpose"])
def test_common_words_are_no_companies(text: str) -> None:
    assert in_text(text) == []


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("cs.stanford.edu", "Stanford University"),
        ("mails.tsinghua.edu.cn", "Tsinghua University"),
        ("microsoft.com", "Microsoft"),
        ("uni-bayreuth.de", "Universität Bayreuth"),
    ],
)
def test_whose_domain_it_is(domain: str, name: str) -> None:
    found = of_domain(domain)
    assert found is not None
    assert plain(found.name) == plain(name)


@pytest.mark.parametrize("domain", ["gmail.com", "nowhere.invalid", "", "..", "\x00"])
def test_a_domain_of_nobody(domain: str) -> None:
    assert of_domain(domain) is None


def table() -> list[list[str]]:
    text = resources.files("bot.papers").joinpath("institutions.tsv").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


def test_the_table_names_hundreds_each_once() -> None:
    rows = table()
    names = [row[0] for row in rows]
    assert len(names) > 500
    assert len(set(map(plain, names))) == len(names)
    assert all(len(row) == 4 and row[0].strip() == row[0] for row in rows)


def test_no_printed_form_or_domain_belongs_to_two() -> None:
    owners: dict[str, str] = {}
    for name, _, forms, domains in table():
        for form in [name, *forms.split("|"), *domains.split("|")]:
            if form:
                assert owners.setdefault(form, name) == name, form
