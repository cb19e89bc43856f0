"""Papers that do not exist, written for tests: English and Chinese, with the text of their pages."""

from __future__ import annotations

from bot.models import Author, FullText, Institution, Paper

ABSTRACT = (
    "Serving many small adapters from one accelerator promises cheap personalised models. However, current adapter "
    "servers reload weights for every request, which wastes memory bandwidth and limits batch size. Existing caching "
    "schemes lack any notion of which adapters will be asked for next. We propose Tidewater, an adapter cache that "
    "predicts demand from the arrival times of past requests and prefetches weights between decoding steps. "
    "Tidewater keeps rarely used adapters in host memory and moves them back in blocks. Experiments on two public "
    "traces show that Tidewater improves throughput by 2.3× and keeps 97 % of requests under 120 ms. The code is "
    "available at https://example.org/tidewater."
)
PAGE_1 = f"""Tidewater: Predictive Adapter Caching for Multi-Tenant Serving
Ada Quill1 Bo Fen2
1University of Lisbon 2Northwind Labs
Abstract
{ABSTRACT}
1 Introduction
Adapters make one base model serve many tenants. Every tenant brings weights of its own, and the weights of all
tenants together exceed the memory of any accelerator that we know of.
In this paper we present Tidewater. Our contributions are as follows. We introduce a demand predictor that needs
12 bytes per adapter. We design a prefetch queue that runs between decoding steps.
"""
PAGE_2 = """2 Method
The predictor keeps an exponential average of the gaps between requests.
3 Experiments
Table 1 lists the traces. Tidewater improves throughput by 2.3× over the strongest baseline, LoadFirst, and cuts the
median latency from 210 ms to 95 ms. LoadFirst itself reaches 1.4× over plain reloading.
4 Conclusion
We presented Tidewater, which prefetches adapters before they are asked for. On two public traces it improves
throughput by 2.3× and keeps 97 % of requests under 120 ms.
"""
TEXT = FullText((PAGE_1, PAGE_2), page_count=2)
PAPER = Paper(
    id="p1",
    title="Tidewater: Predictive Adapter Caching for Multi-Tenant Serving",
    authors=(Author("Ada Quill"), Author("Bo Fen")),
    institutions=(
        Institution("University of Lisbon", "1University of Lisbon 2Northwind Labs", 1, "里斯本大学"),
        Institution("Northwind Labs", "1University of Lisbon 2Northwind Labs", 1),
    ),
    abstract=ABSTRACT,
)

GOOD_EN = {
    "technique": "Tidewater, an adapter cache that foresees demand and prefetches weights between decoding steps",
    "technique_quote": "We propose Tidewater, an adapter cache that predicts demand",
    "problem": "weight reloading on every request, which costs bandwidth and keeps batches small",
    "problem_quote": "reload weights for every request, which wastes memory bandwidth",
    "effect": "a 2.3× improvement in throughput, with 97 % of requests answered under 120 ms",
    "effect_quote": "improves throughput by 2.3× and keeps 97 % of requests under 120 ms",
    "institutions": ["University of Lisbon", "Northwind Labs"],
}
GOOD_ZH = GOOD_EN | {
    "technique": "可预测需求的适配器缓存Tidewater（在解码步骤之间预取权重）",
    "problem": "适配器服务器对每个请求都要重新加载权重、浪费内存带宽的",
    "effect": "吞吐量提升2.3×，且97 %的请求低于120 ms的",
    "institutions": [{"name": "Northwind Labs", "zh": "北风实验室"}],
}

ABSTRACT_ZH = (
    "随着城市轨道交通客流的快速增长，站台拥挤已成为影响运营安全的重要因素。"
    "然而，现有的客流预测方法忽略了换乘站之间的相互影响，"
    "难以在突发大客流下给出可靠结果。针对换乘站客流相互影响难以建模的问题，"
    "本文提出了一种基于时空图注意力网络的短时客流预测方法，利用刷卡数据构建动态换乘图。在两座城市的数据集上的实验结果表明，该方法的平均绝对误差比最优基线降低了18.6%，"
    "单次预测耗时仅为35毫秒。"
)
PAPER_ZH = Paper(
    id="p2",
    title="基于时空图注意力网络的城市轨道交通短时客流预测",
    authors=(Author("林知远"),),
    institutions=(Institution("同济大学", "同济大学", 1, "同济大学"),),
    abstract=ABSTRACT_ZH,
    language="zh",
)
PAGE_ZH = f"""基于时空图注意力网络的城市轨道交通短时客流预测
林知远
同济大学
摘要：{ABSTRACT_ZH}
1 引言
站台拥挤不容忽视。
"""
TEXT_ZH = FullText((PAGE_ZH,), page_count=1)
