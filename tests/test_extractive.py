"""Briefs without a model: what is picked from a paper, and how it is trimmed."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented_papers import PAPER, PAPER_ZH, TEXT, TEXT_ZH

from bot.briefs.excerpts import clauses_zh
from bot.briefs.excerpts.clauses import Clause, Context
from bot.briefs.excerpts.effects import effects as find_effects
from bot.briefs.excerpts.extractive import answer, draft_of, extract, question
from bot.briefs.excerpts.phrasing import worded
from bot.briefs.excerpts.problems import posed
from bot.briefs.excerpts.problems import problems as find_problems
from bot.briefs.excerpts.techniques import techniques as find_techniques
from bot.briefs.excerpts.trim import trim
from bot.briefs.grounding.ground import check
from bot.briefs.grounding.roles import left_out
from bot.briefs.grounding.source import plain
from bot.briefs.passages import passages
from bot.briefs.sentences import split, without_citations
from bot.errors import Tell
from bot.models import SLOTS, FullText, Language, Paper
from bot.papers.read import read

NOBODY = Context("", frozenset())


def best(found: list[Clause]) -> str:
    return max(found, key=lambda clause: clause.score).words


def techniques(sentence: str, name: str = "") -> str:
    return best(list(find_techniques(sentence, Context(name, frozenset()))))


def problems(sentence: str) -> str:
    return best(list(find_problems(sentence, NOBODY)))


def effects(sentence: str) -> str:
    return best(list(find_effects(sentence, NOBODY)))


# --- the whole ---------------------------------------------------------------------------------------


def test_an_english_paper_is_briefed_in_its_own_words() -> None:
    draft = extract(PAPER, TEXT, "en")
    assert draft.technique.startswith("Tidewater, an adapter cache that predicts demand")
    assert draft.problem.startswith("the problem that current adapter servers reload weights for every request")
    assert draft.effect.startswith("the result that Tidewater improves throughput by 2.3× and keeps 97 % of requests")
    assert draft.evidence["effect"].quote.startswith("Experiments on two public traces show")
    assert draft.evidence["effect"].page == 1


def test_in_chinese_an_english_excerpt_is_marked_and_verbatim() -> None:
    draft = extract(PAPER, TEXT, "zh")
    for slot in SLOTS:
        words = re.fullmatch(r"(?:Tidewater)?「(.+)」", getattr(draft, slot))
        assert words is not None
        assert words[1] in re.sub(r"\s+", " ", draft.evidence[slot].quote)
        assert len(words[1].split()) <= 25


def test_a_chinese_paper_is_briefed_in_its_own_words() -> None:
    draft = extract(PAPER_ZH, TEXT_ZH, "zh")
    assert draft.technique == "「基于时空图注意力网络的短时客流预测方法」"
    assert draft.problem == "「换乘站客流相互影响难以建模」"
    assert "降低了18.6%" in draft.effect


def test_a_chinese_paper_in_english_is_marked() -> None:
    draft = extract(PAPER_ZH, TEXT_ZH, "en")
    assert all(getattr(draft, slot).startswith("“") for slot in SLOTS)


def test_what_grounding_objects_to_is_not_taken() -> None:
    for paper, text in ((PAPER, TEXT), (PAPER, None), (PAPER_ZH, TEXT_ZH)):
        for language in ("zh", "en"):
            draft = extract(paper, text, language)  # type: ignore[arg-type]
            assert check(draft, paper, text, language, excerpts=frozenset(SLOTS)) == []  # type: ignore[arg-type]


def test_without_an_abstract_the_page_is_read() -> None:
    bare = Paper(id="", title=PAPER.title)
    assert "2.3×" in extract(bare, TEXT, "en").effect


def test_a_sentence_behind_a_heading_begins_small_in_the_middle_of_ours() -> None:
    clause = Clause("problem", "Readers of long logs struggle with noise", 1.0, finite=True)
    said = worded(clause, NOBODY, "Introduction Readers of long logs struggle with noise.")
    assert said == "the problem that readers of long logs struggle with noise"


def test_a_name_of_many_words_keeps_its_capital_in_the_middle_of_ours() -> None:
    abstract = "We propose Deep Tide Network (DTN), for pumps. Large pumps are slow. It reduces leaks by 37%."
    draft = extract(Paper(id="", title="Pumps in Harbours Large", abstract=abstract), None, "en")
    assert draft.technique.startswith("Deep Tide Network")


def test_a_result_in_figures_is_told_however_its_sentence_is_built() -> None:
    abstract = (
        "We propose Tidewater, a lazy cache of two levels for adapters. Tidewater outperforms guessing on all traces. "
        "Next to what had been shown for guessing by others in the same setting, with the same traces and the same "
        "machines, on which every reader waits for the one before, accuracy there was 97.5%."
    )
    for language in ("zh", "en"):
        assert "97.5%" in extract(Paper(id="", title="Waiting", abstract=abstract), None, language).effect  # type: ignore[arg-type]


def test_another_result_is_taken_when_the_best_makes_the_slots_look_exchanged() -> None:
    abstract = (
        "We introduce the problem of filling of caches: Given a request, how can we find the page that best answers "
        "it? We motivate this novel challenge on theoretical and practical grounds and propose a simple data-driven "
        "approach to the estimation of request functions. We test this in a single reader scenario (waiting) as well "
        "as in a setting of two (waiting by turns)."
    )
    conclusion = (
        "Conclusion\nIn this paper we have outlined a framework for filling caches. We proposed a simple but effective "
        "approach to reverting the filling process to obtain meaningful pages of a cache through a waiting process."
    )
    paper, text = Paper(id="", title="How to Fill Caches by Waiting", abstract=abstract), FullText((conclusion,))
    for language in ("zh", "en"):
        draft = extract(paper, text, language)  # type: ignore[arg-type]
        assert check(draft, paper, text, language, excerpts=frozenset(SLOTS)) == []  # type: ignore[arg-type]
        assert "data-driven" in draft.technique


def test_a_title_too_short_for_a_quote_costs_no_excerpt() -> None:
    abstract = "We study the wear of pumps after a flood. We report that waiting is better than pumping."
    paper = Paper(id="", title="Pumps", abstract=abstract)
    draft = extract(paper, None, "en")
    assert "waiting is better than pumping" in draft.effect
    assert check(draft, paper, None, "en", excerpts=frozenset(SLOTS)) == []


def test_what_a_conclusion_finds_lacking_is_not_what_the_paper_solves() -> None:
    abstract = "We derive a potential for slow pumps. Pumps of two kinds are considered as well."
    conclusion = "Conclusion\nThe accuracy for small pumps is unfortunately quite poor and remains a challenge."
    draft = extract(Paper(id="", title="Slow Pumps", abstract=abstract), FullText((conclusion,)), "en")
    assert "unfortunately" not in draft.problem


def test_a_result_of_others_in_the_introduction_does_not_beat_the_abstract() -> None:
    abstract = "We study the wear of pumps. We report that waiting, rather than pumping, is the preferred response."
    introduction = (
        "1 Introduction\nProlonged rain results in higher rivers and, in the end, in increased loss of pumps."
    )
    draft = extract(Paper(id="", title="Pumps", abstract=abstract), FullText((introduction,)), "en")
    assert draft.effect == "the result that waiting, rather than pumping, is the preferred response"


def test_a_paper_that_says_nothing_still_gets_three_slots() -> None:
    draft = extract(Paper(id="", title="On the Tides of Small Lakes"), None, "zh")
    assert all(getattr(draft, slot) for slot in SLOTS)
    assert draft.evidence["effect"].quote == "On the Tides of Small Lakes"


def test_a_pronoun_for_the_method_becomes_the_method() -> None:
    abstract = (
        "We present Harvest, a cache that waits. Requests are slow. This improves the hit rate of servers by 45.2%."
    )
    draft = extract(Paper(id="", title="Keeping Adapters Warm", abstract=abstract), None, "en")
    assert draft.effect == "the result that the method improves the hit rate of servers by 45.2%"


def test_a_result_that_cannot_be_excerpted_costs_the_other_slots_nothing() -> None:
    abstract = (
        "Existing caches reload every adapter, which makes them slow. "
        "We present Harvest, a cache that keeps the adapters asked for most. "
        "It is 45.2% faster."
    )
    draft = extract(Paper(id="", title="Keeping Adapters Warm", abstract=abstract), None, "en")
    nothing = extract(Paper(id="", title="Keeping Adapters Warm"), None, "en")
    assert "a cache that keeps the adapters" in draft.technique
    assert "reload every adapter" in draft.problem
    assert draft.effect == nothing.effect


def test_as_a_model_it_answers_the_same() -> None:
    assert draft_of(answer(question(PAPER, TEXT, "en"))) == extract(PAPER, TEXT, "en")


_TALK = """we propose Tidewater , . ; : ( ) [3] however this method which reduces 2.3× by 97 % to 5 because poor “ ” —
and of the a 我们 提出 方法 。 ， 降低 了 18% 问题 \u202e https://x.y @all Abstract Introduction"""
_WORDS = st.sampled_from(_TALK.split())


@given(st.lists(_WORDS, max_size=120), st.lists(_WORDS, max_size=120), st.sampled_from(["zh", "en"]))
@settings(max_examples=150, deadline=None)
def test_whatever_is_read_every_slot_is_filled_and_stands(
    abstract: list[str], page: list[str], language: Language
) -> None:
    paper = Paper(id="", title="Tidewater: a Study of Demand", abstract=" ".join(abstract))
    text = FullText((" ".join(page),))
    draft = extract(paper, text, language)
    assert all(getattr(draft, slot).strip("「」“” ") for slot in SLOTS)
    faults = check(draft, paper, text, language, excerpts=frozenset(SLOTS))
    # What is said when nothing can be excerpted is ours, the same for every paper, and tells of no role.
    nothing = extract(Paper(id="", title=paper.title), None, language)
    ours = [slot for slot in SLOTS if getattr(draft, slot) == getattr(nothing, slot)]
    assert all(fault.slot in ours or (ours and fault.kind == "swapped") for fault in faults)


def test_a_text_without_full_stops_is_no_burden() -> None:
    endless = "we propose a (method, that reduces " * 20_000
    draft = extract(Paper(id="", title="Endless", abstract=endless), FullText((endless,) * 3), "en")
    assert len(draft.technique) < 1_000


# --- technique ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "phrase"),
    [
        ("In this paper, we propose a lazy cache for adapters.", "a lazy cache for adapters"),
        ("To fix it, we therefore introduce LazyNet, a cache that waits.", "LazyNet, a cache that waits"),
        ("This work presents a survey of lazy caches and their uses.", "a survey of lazy caches and their uses"),
        ("We use percolation theory to analyze waiting.", "percolation theory to analyze waiting"),
        ("We develop a novel solution, Zero Waiting (ZeWa), to save time.", "Zero Waiting (ZeWa), to save time"),
        ("A lazy cache with two levels is proposed.", "A lazy cache with two levels"),
    ],
)
def test_the_technique_is_what_is_proposed(sentence: str, phrase: str) -> None:
    assert techniques(sentence) == phrase


def test_the_name_of_the_title_counts() -> None:
    assert techniques("LazyNet is a cache that waits for its second reader.", "LazyNet").startswith(
        "a cache that waits"
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "We conduct extensive experiments on four data sets.",
        "We introduce the problem of waiting.",
        "We propose that caches should wait.",
        "Others propose a hasty cache.",
        "We present results on four data sets.",
    ],
)
def test_experiments_and_what_others_do_are_no_technique(sentence: str) -> None:
    assert list(find_techniques(sentence, NOBODY)) == []


# --- problem -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "phrase"),
    [
        ("However, hasty caches suffer from wrong guesses.", "hasty caches suffer from wrong guesses"),
        ("To overcome the memory bottleneck of hasty caches, we wait.", "the memory bottleneck of hasty caches"),
        ("While caches are cheap, wrong guesses limit their use [3, 4].", "wrong guesses limit their use"),
        ("Caches are cheap, but wrong guesses are costly in memory.", "wrong guesses are costly in memory"),
    ],
)
def test_the_problem_is_what_fails_or_lacks(sentence: str, phrase: str) -> None:
    assert problems(sentence) == phrase


@pytest.mark.parametrize("start", ["This", "It", "These methods", "They", "Such caches", "Our cache"])
def test_a_problem_points_at_nothing_outside(start: str) -> None:
    assert list(find_problems(f"However, {start} cannot handle the challenging load.", NOBODY)) == []


def test_the_sentence_before_the_way_out_poses_the_problem() -> None:
    found = list(posed("In caches the time grows with the load.", "To overcome this limitation we wait."))
    assert [clause.words for clause in found] == ["In caches the time grows with the load"]


@pytest.mark.parametrize(
    ("sentence", "phrase"),
    [
        ("Unfortunately, even though pumps differ, they are made by hand; there is no tool to choose one.",
         "there is no tool to choose one"),
        ("A central challenge is to build a pump that runs in sea water.", "build a pump that runs in sea water"),
        ("Despite growing interest, the logs of old pumps remain challenging to work with.",
         "the logs of old pumps remain challenging to work with"),
        ("Slow leaks are hard to measure because they yield few drops.",
         "Slow leaks are hard to measure because they yield few drops"),
    ],
)  # fmt: skip
def test_a_problem_is_found_in_other_words_too(sentence: str, phrase: str) -> None:
    assert problems(sentence) == phrase


def test_what_is_only_looked_at_elsewhere_is_no_problem() -> None:
    assert list(find_problems("Limitations of pumps for sea water are explored further in a report.", NOBODY)) == []


# --- effect ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "phrase"),
    [
        ("Experiments show that waiting is 2× faster than guessing.", "waiting is 2× faster than guessing"),
        (
            "On three traces, we achieve a 28% relative improvement over guessing.",
            "a 28% relative improvement over guessing",
        ),
        ("Remarkably, LazyNet cuts misses by 24–49%.", "LazyNet cuts misses by 24–49%"),
        ("Our results demonstrate that LazyNet outperforms former caches.", "LazyNet outperforms former caches"),
        ("The measured mass is 125.09 ± 0.21 GeV.", "The measured mass is 125.09 ± 0.21 GeV"),
    ],
)
def test_the_effect_is_the_result(sentence: str, phrase: str) -> None:
    assert effects(sentence) == phrase


def test_a_result_in_figures_beats_one_in_words() -> None:
    abstract = "We propose a lazy cache. It works better than guessing in all respects. It reduces misses by 37%."
    assert "37%" in extract(Paper(id="", title="Waiting", abstract=abstract), None, "en").effect


@pytest.mark.parametrize(
    "sentence",
    [
        "Our code is available at https://example.org and improves all.",
        "In future work we would improve it by 50%.",
        "How can we reduce misses by 50%?",
    ],
)
def test_promises_and_links_are_no_effect(sentence: str) -> None:
    assert list(find_effects(sentence, NOBODY)) == []


# --- Chinese -----------------------------------------------------------------------------------------


def test_chinese_clauses_are_found() -> None:
    sentence = "针对缓存命中率低的问题，本文提出了一种惰性缓存替换算法，实验结果表明命中率提高了12%。"
    assert best(list(clauses_zh.techniques(sentence, NOBODY))) == "惰性缓存替换算法"
    assert best(list(clauses_zh.problems(sentence, NOBODY))) == "缓存命中率低"
    assert best(list(clauses_zh.effects(sentence, NOBODY))) == "命中率提高了12%"


def test_a_chinese_abstract_with_headings_is_understood() -> None:
    abstract = (
        "目的：评价签约服务对高血压患者血压控制的效果。方法：采用随机对照试验，将320例患者分为两组。"
        "结果：干预组血压控制率为78.4%，高于对照组的61.2%。"
    )
    draft = extract(Paper(id="", title="签约服务效果评价", abstract=abstract, language="zh"), None, "zh")
    assert draft.technique == "「随机对照试验」"
    assert draft.problem == "「评价签约服务对高血压患者血压控制的效果」"
    assert draft.effect == "「干预组血压控制率为78.4%，高于对照组的61.2%」"


def test_a_chinese_pronoun_is_left_out_of_the_excerpt() -> None:
    sentence = "这种电池备受关注，但其长期稳定性较差，限制了商业化应用。"
    assert best(list(clauses_zh.problems(sentence, NOBODY))) == "长期稳定性较差"


def test_a_chinese_change_is_not_cut_between_its_halves() -> None:
    sentence = (
        "实验结果表明该泵站调度方法在七个港口两个冬季的全部记录上显著提高了排水效率，把一次完整排水作业所需要的平均时间"
        "从48秒在不增加任何额外能耗也不更换任何一台水泵的前提下最终稳定地降低到1.9秒。"
    )
    words = effects_zh(sentence)
    assert ("从48秒" in words) == ("1.9秒" in words)


def effects_zh(sentence: str) -> str:
    return best(list(clauses_zh.effects(sentence, NOBODY)))


# --- trimming ----------------------------------------------------------------------------------------


def test_a_clause_is_cut_at_a_joint_and_ends_on_a_full_word() -> None:
    clause = (
        "a cache of two levels (the first in fast memory, the second in slow memory), which waits for the second "
        "reader before it keeps anything, so that the memory is not filled with what nobody will ever read again"
    )
    cut = trim(clause)
    assert len(cut.split()) <= 25
    assert cut.endswith("waits for the second reader") or cut.endswith("keeps anything")


@given(
    st.lists(
        st.sampled_from(
            ["the", "of", "a", "cache", "(which)", "(", ")", ",", "and", "that", "2.3×", "by", "—", "waits"]
        ),
        max_size=60,
    )
)
def test_no_excerpt_is_long_or_ends_open(words: list[str]) -> None:
    cut = trim(" ".join(words))
    assert len(cut.split()) <= 25
    assert len(cut.split()) < 2 or cut.split()[-1] not in ("the", "of", "a", "and", "by", "that")
    assert cut.count("(") <= cut.count(")") or "(" not in cut


@pytest.mark.parametrize(
    ("clause", "halves"),
    [
        (
            "Ebbtide finds nearly all twins that a comparison of pairs finds, reduces the time of an import of a "
            "thousand records from 48 seconds to 1.9 seconds, and needs no further memory",
            ("from 48 seconds", "to 1.9 seconds"),
        ),
        (
            "on all of the seven traces that were recorded in two harbours over one winter the pump of the second kind "
            "needs 30% less power than the first kind of pump needs",
            ("30% less", "than the first"),
        ),
    ],
)
def test_no_statement_is_cut_between_its_halves(clause: str, halves: tuple[str, str]) -> None:
    for before in ("", "it is seen that ", "in one harbour it was seen once again that ", "slow " * 14):
        cut = trim(before + clause)
        assert (halves[0] in cut) == (halves[1] in cut), cut


def test_the_number_stays_in() -> None:
    clause = "we find, after a long and careful study of many traces from many places, " * 2 + "that it is 2.3× faster"
    assert "2.3×" in trim(clause, keep=re.compile("2.3×"))


# --- sentences and parts -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It waits, e.g. for readers. It keeps them.", 2),
        ("Quill et al. show it in Fig. 3. We do not.", 2),
        ("It is 2.3 times faster.", 1),
        ("它会等待。它会保留。", 2),
        ("", 0),
    ],
)
def test_sentences_end_where_they_end(text: str, count: int) -> None:
    assert len(split(text)) == count


def test_reference_marks_go_and_other_brackets_stay() -> None:
    sentence = "Caches (Quill et al., 2024) of two levels [3, 5–7] are kept (in memory)."
    assert without_citations(sentence) == "Caches of two levels are kept (in memory)."


def test_a_page_is_cut_at_its_headings() -> None:
    kinds = [(passage.kind, passage.page) for passage in passages(TEXT)]
    assert kinds == [
        *(("header", 1), ("abstract", 1), ("introduction", 1)),
        *(("other", 2), ("results", 2), ("conclusion", 2)),
    ]


def test_an_abstract_may_run_on_from_its_heading() -> None:
    found = passages(FullText(("A Title\nAbstract—Caches wait.\nI. INTRODUCTION\nThey do.",)))
    assert [(passage.kind, passage.text) for passage in found] == [
        ("header", "A Title"),
        ("abstract", "Caches wait."),
        ("introduction", "They do."),
    ]


# --- real papers -------------------------------------------------------------------------------------

_PAPERS = os.environ.get("PAPERWIRE_PAPERS", "")


@pytest.mark.skipif(not _PAPERS, reason="PAPERWIRE_PAPERS names no folder of papers")
def test_real_papers_are_briefed_with_every_slot_and_nothing_against_it() -> None:
    papers, filled, slots = 0, 0, 0
    for path in sorted(Path(_PAPERS).glob("*.pdf")):
        try:
            reading = read(path, max_pages=400)
        except Tell:
            continue
        paper = Paper(path.stem, reading.title, reading.authors, reading.institutions, reading.abstract)
        papers += 1
        for language in ("zh", "en"):
            draft = extract(paper, reading.text, language)  # type: ignore[arg-type]
            faults = check(draft, paper, reading.text, language, excerpts=frozenset(SLOTS))  # type: ignore[arg-type]
            excerpted = [slot for slot in SLOTS if draft.evidence[slot].quote != paper.title]
            assert faults == [], path.name
            assert not left_out(plain(draft.effect), plain(paper.abstract)), path.name
            filled += len(excerpted)
            slots += len(SLOTS)
    assert papers
    assert filled >= 0.97 * slots
