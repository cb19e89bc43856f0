"""Briefs without a model: what is picked from a paper, and how it is trimmed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
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


def test_a_paper_in_a_language_without_cues_is_referred_to_by_its_title() -> None:
    spanish = (
        "Se estudia el efecto de la marea en los puertos de la costa y se presentan los resultados de un año. "
        "Los puertos con una bomba lenta son los que más agua pierden, y por eso no se recomienda su uso en la costa."
    )
    paper, text = Paper(id="", title="Bombas lentas en la costa"), FullText((f"Introduction\n{spanish}",))
    nothing = extract(paper, None, "zh")
    assert extract(paper, text, "zh").technique == nothing.technique == "题目所述的方法与"
    assert check(nothing, paper, text, "zh", excerpts=frozenset(SLOTS)) == []


def test_the_running_head_is_no_excerpt() -> None:
    title = "Waiting in Harbours and in the Caches of Slow Pumps"
    page = f"Archive of Tides {title} as of the last week.\nPumps are slow and their caches lack a second level."
    draft = extract(Paper(id="", title=title), FullText((page,)), "en")
    assert "Archive" not in draft.technique + draft.problem + draft.effect


def test_what_the_abstract_says_in_words_goes_before_a_number_from_the_text() -> None:
    abstract = (
        "A slow pump was exposed to sea water for a year. We find that the pump loses less water than a fast one, and "
        "that it is suitable for harbours."
    )
    results = "Conclusion\nThe efficiency of our gauge was found to be 0.820 ± 0.001 in the second week."
    draft = extract(Paper(id="", title="Pumps at Sea", abstract=abstract), FullText((results,)), "en")
    assert draft.technique == "an approach in which a slow pump was exposed to sea water for a year"
    assert "loses less water" in draft.effect


def test_of_two_results_the_one_about_what_is_proposed_is_told() -> None:
    abstract = (
        "Pumps are repaired by hand. We describe QuietPump, a pump that repairs its own valves. QuietPump finds 99.2% "
        "of the leaks that a diver finds. During a trial of eleven weeks, the number of leaks per harbour fell by 84%."
    )
    draft = extract(Paper(id="", title="Quiet Repairs in Harbours", abstract=abstract), None, "en")
    assert draft.effect == "the result that QuietPump finds 99.2% of the leaks that a diver finds"


def test_a_survey_is_a_review_and_what_it_goes_through_is_its_outcome() -> None:
    abstract = (
        "Caches are used by all servers. This survey covers the history and the design of caches that wait. "
        "We also discuss the measures by which a cache of two levels is judged."
    )
    paper = Paper(id="", title="A Survey of Waiting", abstract=abstract)
    draft = extract(paper, None, "en")
    assert draft.technique == "a review of the history and the design of caches that wait"
    assert draft.effect == "a review of the measures by which a cache of two levels is judged"
    assert extract(paper, None, "zh").technique == "综述「the history and the design of caches that wait」的"


def test_these_are_called_by_their_name() -> None:
    abstract = (
        "Large harbour pumps are asked for everywhere. These pumps are difficult to repair without a second pump. "
        "We present Ebbtide, a pump that repairs its own valves. It reduces leaks by 37%."
    )
    paper = Paper(id="", title="Ebbtide: a Pump", abstract=abstract)
    assert extract(paper, None, "en").problem == (
        "the problem that large harbour pumps are difficult to repair without a second pump"
    )
    assert extract(paper, None, "zh").problem == (
        "「[Large harbour pumps] are difficult to repair without a second pump」"
    )


def test_in_chinese_it_is_said_who_a_quotation_speaks_of() -> None:
    abstract = (
        "We present Harvest, a cache that waits. To keep adapters warm for a second reader, we guess who comes next. "
        "Our results show that our cache improves the hit rate of small servers by 45.2%."
    )
    draft = extract(Paper(id="", title="Keeping Warm", abstract=abstract), None, "zh")
    assert draft.problem == "如何「keep adapters warm for a second reader」的"
    assert draft.effect == "其「cache improves the hit rate of small servers by 45.2%」"


def test_where_nothing_was_shown_the_conclusion_says_what_came_out() -> None:
    abstract = (
        "Waiting is done by hand. It is not known how to wait without a clock. We propose a clock for caches that wait."
    )
    conclusion = "Conclusion\nSimilar clocks are rare. Our clock fills a gap in the theory of waiting for slow readers."
    draft = extract(Paper(id="", title="Clocks", abstract=abstract), FullText((conclusion,)), "en")
    assert draft.problem == "the question of how to wait without a clock"
    assert draft.effect == "the result that the clock fills a gap in the theory of waiting for slow readers"


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
        ("A potential for slow pumps is derived from the theory of leaks.", "A potential for slow pumps"),
        ("The focus of this work is the development of a cache that waits.", "a cache that waits"),
        ("This is an analysis of the cost of waiting.", "an analysis of the cost of waiting"),
        ("Here we report the use of a pump with programmable valves.", "a pump with programmable valves"),
        ("We investigated the leaks of pumps using acoustic sensors and dye.", "acoustic sensors and dye"),
        ("We introduce LazyNet, a cache that waits, which we aim to share.", "LazyNet, a cache that waits"),
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
        "A cache of two levels has been proposed for servers.",
        "Which cache do we propose for servers that wait?",
    ],
)
def test_experiments_and_what_others_do_are_no_technique(sentence: str) -> None:
    assert list(find_techniques(sentence, NOBODY)) == []


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("We study the leaks of old pumps.", "a study of the leaks of old pumps"),
        ("We compare two kinds of waiting.", "a comparison of two kinds of waiting"),
        ("We rebuild old valves and measure the flow of water.", "a measurement of the flow of water"),
        ("The leaks of old pumps are analyzed.", "an analysis of the leaks of old pumps"),
        ("We judge them by evaluating four kinds of pumps.", "an evaluation of four kinds of pumps"),
        ("We explore a cache that waits twice.", "a cache that waits twice"),
        ("We perform density functional calculations.", "density functional calculations"),
        ("We report a measurement of the flow of water.", "a measurement of the flow of water"),
    ],
)
def test_what_was_only_looked_at_is_told_with_how_it_was(sentence: str, said: str) -> None:
    clause = max(find_techniques(sentence, NOBODY), key=lambda each: each.score)
    assert worded(clause, NOBODY, sentence) == said


def test_the_name_is_told_without_how_it_was_built() -> None:
    sentence = "We present the design and implementation of LazyNet, a cache that waits."
    assert techniques(sentence, "LazyNet") == "LazyNet, a cache that waits"


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
        ("It remains unclear whether the wear of old pumps is due to sea water.",
         "whether the wear of old pumps is due to sea water"),
        ("This paper examines how old pumps, rather than new ones, can be made to run in sea water.",
         "how old pumps, rather than new ones, can be made to run in sea water"),
        ("How pumps wear out in sea water is a fundamental question of harbour science.",
         "How pumps wear out in sea water"),
        ("We looked at the relation between wear and depth of harbour pumps using five pumps.",
         "the relation between wear and depth of harbour pumps"),
        ("To measure slow leaks in the dark, we use a lamp.", "measure slow leaks in the dark"),
        ("The aim of this study was to test the wear of slow pumps at sea.", "test the wear of slow pumps at sea"),
        ("Recent pumps save power; however, none account for the tides of small harbours.",
         "Recent pumps save power; however, none account for the tides of small harbours"),
        ("With the spread of pumps, valves, and gauges, the tides of small harbours are still unknown.",
         "the tides of small harbours are still unknown"),
        ("We introduce the problem of leaks in old harbours: given a pump, how can we find its leak?",
         "the problem of leaks in old harbours"),
        ("One problem common to many pumps is the wear of valves.",
         "One problem common to many pumps is the wear of valves"),
        ("Slow leaks are hard to measure because they yield few drops.",
         "Slow leaks are hard to measure because they yield few drops"),
    ],
)  # fmt: skip
def test_a_problem_is_found_in_other_words_too(sentence: str, phrase: str) -> None:
    assert problems(sentence) == phrase


def test_what_is_taken_back_was_the_problem() -> None:
    said = "A common assumption is that all pumps are new."
    found = list(posed(said, "However, in small harbours this assumption cannot hold."))
    assert [clause.words for clause in found] == ["A common assumption is that all pumps are new"]
    assert list(posed("Pumps are used in all harbours.", "However, in winter this assumption cannot hold.")) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "For the few that are open, no access is granted to the valves, which makes them difficult to study.",
        "The method is applied to pumps lacking a valve of their own.",
        "To keep harbours dry all year, work must be done on pumps and on valves.",
    ],
)
def test_what_points_back_or_tells_of_the_method_is_no_problem(sentence: str) -> None:
    assert list(find_problems(sentence, NOBODY)) == []


def test_a_question_is_introduced_as_one() -> None:
    for words, said in (
        ("how pumps wear out", "the question of how pumps wear out"),
        ("whether pumps wear out", "the question of whether pumps wear out"),
    ):
        assert worded(Clause("problem", words, 1.0), NOBODY, "") == said
    looked = Clause("problem", "the wear of pumps", 1.0, inquiry="question")
    assert worded(looked, NOBODY, "") == "the question of the wear of pumps"
    when = Clause("problem", "When pumps age, valves leak", 0.0, finite=True, spare=True)
    assert worded(when, NOBODY, "when") == "the problem that when pumps age, valves leak"


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
        (
            "We show that waiting yields a lower miss rate for all readers and reduces the load.",
            "a lower miss rate for all readers",
        ),
        ("The results show that waiting reduces code complexity.", "waiting reduces code complexity"),
        ("LazyNet answers 91% of questions correctly.", "LazyNet answers 91% of questions correctly"),
        (
            "LazyNet matches the best caches in question answering.",
            "LazyNet matches the best caches in question answering",
        ),
        (
            "The size of the leak is estimated to be small in both harbours.",
            "The size of the leak is estimated to be small in both harbours",
        ),
        (
            "Looking at old pumps, a clear deviation from the theory is found.",
            "a clear deviation from the theory is found",
        ),
        ("We show how waiting can spare a cache its second level.", "how waiting can spare a cache its second level"),
        ("We propose a cache that is robust even if all readers leave.", "is robust even if all readers leave"),
        ("Compared to guessing (by hand, in winter), waiting reduces the load.", "waiting reduces the load"),
    ],
)
def test_the_effect_is_the_result(sentence: str, phrase: str) -> None:
    assert effects(sentence) == phrase


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("is robust even if all readers leave", "the result that the method is robust even if all readers leave"),
        ("performs well on five pumps", "the result that the method performs well on five pumps"),
        ("how waiting can spare a level", "a demonstration of how waiting can spare a level"),
        ("This represents an 8x increase in size", "the result that the method represents an 8x increase in size"),
    ],
)
def test_a_result_without_a_subject_gets_one(words: str, said: str) -> None:
    assert worded(Clause("effect", words, 1.0, finite=True), NOBODY, words) == said


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("LazyNet has powered two servers of a harbour.", "LazyNet achieves this by improving its two servers."),
        ("Our cache improves the hit rate of servers.", "We examine how caches improve the hit rate of servers."),
        ("Waiting improves the hit rate by 12%.", "Waiting improves the look of pictures of (12 × 20) dots."),
    ],
)
def test_a_result_that_says_less_counts_less(better: str, worse: str) -> None:
    context = Context("LazyNet", frozenset())
    more, less = (max(each.score for each in find_effects(words, context)) for words in (better, worse))
    assert more > less + 0.5


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


@pytest.mark.parametrize(
    ("find", "sentence", "phrase"),
    [
        (
            clauses_zh.techniques,
            "我们提出了LazyEye，一个面向港口的轻量水泵识别网络，它用两级缓存。",
            "LazyEye，一个面向港口的轻量水泵识别网络",
        ),
        (clauses_zh.techniques, "采用铸造和热挤压工艺制备了耐海水的水泵叶片。", "铸造和热挤压工艺"),
        (clauses_zh.problems, "为提高水泵叶片的强度，采用热挤压工艺。", "提高水泵叶片的强度"),
        (clauses_zh.problems, "每次涨潮都逐台检修水泵，既耗时又浪费人力。", "每次涨潮都逐台检修水泵，既耗时又浪费人力"),
        (
            clauses_zh.effects,
            "结果表明：当水深为5米时，漏水量比原来降低了28%。",
            "当水深为5米时，漏水量比原来降低了28%",
        ),
    ],
)
def test_chinese_clauses_of_other_forms_are_found(
    find: Callable[[str, Context], Iterator[Clause]], sentence: str, phrase: str
) -> None:
    assert best(list(find(sentence, NOBODY))) == phrase


def test_a_chinese_aim_and_a_chinese_review_are_said_to_be_one() -> None:
    abstract = (
        "为提高水泵叶片的强度，需要寻找耐海水腐蚀的新材料。本文综述了近二十年来港口水泵的主要材料。"
        "结果表明，采用新材料后各港口的漏水量平均降低了28%。"
    )
    paper = Paper(id="", title="水泵叶片材料", abstract=abstract, language="zh")
    draft = extract(paper, None, "zh")
    assert draft.technique == "综述「近二十年来港口水泵的主要材料」的"
    assert draft.problem == "如何「提高水泵叶片的强度」的"
    assert extract(paper, None, "en").technique == "a review of “近二十年来港口水泵的主要材料”"


def test_a_chinese_sentence_without_cues_serves_without_its_full_stop() -> None:
    abstract = (
        "港口的水泵每年都要由熟练的工人逐台检修和记录。我们提出一种按潮汐安排检修的轻量方法，供各港口参考使用。"
        "两年的检修记录表明，各个港口的漏水量平均降低了28%。"
    )
    draft = extract(Paper(id="", title="港口水泵检修", abstract=abstract, language="zh"), None, "zh")
    assert draft.problem == "「港口的水泵每年都要由熟练的工人逐台检修和记录」"


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
    assert len(cut.split()) <= 29
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


@pytest.mark.parametrize(
    ("clause", "cut"),
    [
        (
            "in old harbours the time of a pump grows with the size of the basin it has to keep dry, but not with the "
            "tide of the sea outside",
            None,  # a few words over the measure are kept
        ),
        (
            "the lazy cache often results in many small variants that improve over the old one in terms of hit rate, "
            "the load of the machine, and the ease with which it is set up and run by those who know little of caches",
            "the lazy cache often results in many small variants that improve over the old one in terms of hit rate",
        ),
        (
            "LazyNet 1) excels where many readers come with few requests of their own each day, 2) forgets nothing of "
            "what it learnt before the second reader came, and 3) lets its pages move to another machine at once",
            "LazyNet 1) excels where many readers come with few requests of their own each day",
        ),
        (
            "a common belief of those who keep caches in old harbours of the north is that the second reader comes "
            "from the same town as the first one and asks for the same page of the same book",
            "a common belief of those who keep caches in old harbours of the north is that the second reader comes "
            "from the same town",
        ),
        (
            "the wear of a pump depends on its depth and on its age in years and on the salt of the sea in winter, the "
            "last two of which are known for few harbours and for no pump at all",
            "the wear of a pump depends on its depth and on its age in years and on the salt of the sea in winter",
        ),
        (
            "a new way to measure the flow of water in small harbours by means of the lamps and the dye method "
            "developed in our first paper on the flow of water in large harbours",
            "a new way to measure the flow of water in small harbours by means of the lamps and the dye method",
        ),
        (
            "the small cache improves the hit rate of all servers of the old harbour in winter and in summer, and "
            "works as well as the caches of a 30× larger machine of the new harbour do",
            "the small cache improves the hit rate of all servers of the old harbour in winter and in summer",
        ),
        ("LazyNet , a cache ; it waits", "LazyNet, a cache; it waits"),
    ],
)
def test_a_cut_leaves_what_can_stand_alone(clause: str, cut: str | None) -> None:
    assert trim(clause) == (cut or clause)


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


def test_a_bracket_that_only_named_a_reference_goes_with_it() -> None:
    assert without_citations("The lamp (Appendix B of [25]) is lit.") == "The lamp is lit."


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
        if reading.language not in ("en", "zh"):
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
