"""The tables of where papers live: which link names which paper, and which hosts never hold one.

A new site is a row in ``SITES``. A row is tried when the host fits; its pattern is matched against the path,
with the query appended when the pattern wants one, and the named group ``id`` becomes the identifier.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

ARXIV_ID = r"(?:\d{4}\.\d{4,5}|[a-z][a-z-]{1,9}(?:\.[A-Za-z]{2})?/\d{7})"
"""https://info.arxiv.org/help/arxiv_identifier.html, today's and the form used until March 2007."""
_ARXIV_TAIL = rf"(?P<id>{ARXIV_ID})(?:v(?P<version>\d{{1,3}}))?(?:\.pdf)?(?![\w-])"
DOI = r"10\.\d{4,9}/\S+"
"""The form that Crossref recommends for recognising a DOI (99.3 % of those registered), a little wider."""


@dataclass(frozen=True, slots=True)
class Site:
    """One shape of link. ``hosts`` are suffixes (``acm.org`` covers ``dl.acm.org``)."""

    kind: str
    hosts: tuple[str, ...]
    pattern: re.Pattern[str]
    """With a group ``id``; ``arxiv`` rows may have a group ``version``."""
    value: Callable[[re.Match[str]], str] | None = None
    """Makes the canonical value where it is not the group ``id`` as it stands."""


def _site(kind: str, hosts: str, pattern: str, value: Callable[[re.Match[str]], str] | None = None) -> Site:
    return Site(kind, tuple(hosts.split()), re.compile(pattern, re.IGNORECASE), value)


def _proceedings(match: re.Match[str]) -> str:
    """NeurIPS, ICLR and MLSys: ``2022/<hash>`` plus the track that their file names carry since 2022."""
    return f"{match['year']}/{match['id'].lower()}{match['track'] or ''}"


_PROCEEDINGS = (
    r"/paper(?:_files/paper)?/(?P<year>\d{4})/(?:hash|file)/(?P<id>[0-9a-f]{32})"
    r"-(?:Abstract|Paper|Supplemental|Bibtex|Metadata|AuthorFeedback|Reviews?)(?P<track>-[A-Za-z_]{1,40})?\."
)
_ANTHOLOGY_ID = r"(?:\d{4}\.[a-z0-9_]+-[a-z0-9]+\.\d+|[A-Z]\d\d-\d{4,5})"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SITES: tuple[Site, ...] = (
    # arXiv, its mirrors and the readers built on it
    _site(
        "arxiv",
        "arxiv.org xxx.lanl.gov xxx.itp.ac.cn",
        rf"/(?:abs|pdf|html|ps|src|e-print|format|tb|cits|dvi)/(?:arxiv:)?{_ARXIV_TAIL}",
    ),
    _site("arxiv", "ar5iv.org ar5iv.labs.arxiv.org", rf"/(?:(?:html|abs|pdf)/)?{_ARXIV_TAIL}"),
    _site("arxiv", "alphaxiv.org", rf"/(?:[a-z]{{2}}/)?(?:abs|pdf|html|overview|resources|audio)/{_ARXIV_TAIL}"),
    _site("arxiv", "huggingface.co hf.co hf-mirror.com", rf"/papers/{_ARXIV_TAIL}"),
    _site("arxiv", "scirate.com papers.cool hjfy.top semanticscholar.org", rf"/arxiv(?:/|:){_ARXIV_TAIL}"),
    _site("arxiv", "emergentmind.com", rf"/papers/{_ARXIV_TAIL}"),
    _site("arxiv", "alphaxiv.org emergentmind.com", rf"/{_ARXIV_TAIL}"),
    # DOI resolvers and the platforms that carry the DOI in their links
    _site("doi", "doi.org doi.pangaea.de", rf"/(?P<id>{DOI})"),
    _site("doi", "biorxiv.org medrxiv.org", rf"/content/(?P<id>{DOI})"),
    _site(
        "doi",
        "biorxiv.org medrxiv.org",
        r"/content/(?:\w+/)?early/\d{4}/\d\d/\d\d/(?P<id>[\d.]+)",
        lambda m: f"10.1101/{m['id']}",
    ),
    _site("doi", "springer.com springeropen.com biomedcentral.com", rf"/(?:\w+/){{1,2}}(?P<id>{DOI})"),
    _site("doi", "journals.aps.org", rf"/\w+/(?:abstract|pdf)/(?P<id>{DOI})"),
    _site("doi", "iopscience.iop.org", rf"/article/(?P<id>{DOI})"),
    _site("doi", "frontiersin.org", rf"/(?:journals/[\w-]+/)?articles/(?P<id>{DOI})"),
    _site("doi", "dagstuhl.de", rf"/entities/document/(?P<id>{DOI})"),
    _site("doi", "plos.org", r"/[\w/]*\?(?:\S*&)?id=(?P<id>10\.\d{4}/journal\.[\w.]+)"),
    _site("doi", "", rf"/doi/(?:abs/|full/|fullHtml/|pdf/|epdf/|pdfdirect/|epub/|reader/|figure/|ref/)?(?P<id>{DOI})"),
    _site(
        "doi",
        "nature.com",
        r"/articles/(?P<id>s\d{5}-\d{3}-\d{4,6}-[\dx]|nature\d{5}|srep\d{5}|ncomms\d{4,5})(?=\.pdf|$|[/?_])",
        lambda m: f"10.1038/{m['id']}",
    ),
    _site(
        "doi",
        "ijcai.org",
        r"/proceedings/(?P<year>20(?:1[7-9]|[2-9]\d))/0*(?P<id>\d{1,4})(?=$|[.?])",
        lambda m: f"10.24963/ijcai.{m['year']}/{m['id']}",
    ),
    _site("doi", "papers.ssrn.com", r"/\S*[?&]abstract_?id=(?P<id>\d{5,9})", lambda m: f"10.2139/ssrn.{m['id']}"),
    _site("doi", "researchsquare.com", r"/article/(?P<id>rs-\d+/v\d+)", lambda m: f"10.21203/rs.3.{m['id'].lower()}"),
    # venues with identifiers of their own
    _site(
        "acl",
        "aclanthology.org aclweb.org",
        rf"/(?:anthology/|(?:papers/)?[A-Z]/[A-Z]\d\d/)?(?P<id>{_ANTHOLOGY_ID})(?=\.pdf|\.bib|v\d|/|$|\?)",
    ),
    _site("openreview", "openreview.net", r"/(?:forum|pdf|attachment|revisions)\?(?:\S*&)?id=(?P<id>[\w-]{5,40})"),
    _site(
        "pmlr",
        "proceedings.mlr.press jmlr.org",
        r"/(?:proceedings/papers/)?(?P<v>v\d+|r\d+)/(?P<id>[a-z][\w-]*)(?:/(?P=id))?(?:-supp)?\.(?:html|pdf)",
        lambda m: f"{m['v']}/{m['id']}".lower(),
    ),
    _site(
        "pmlr",
        "raw.githubusercontent.com",
        r"/mlresearch/(?P<v>v\d+)/(?:refs/heads/)?\w+/assets/(?P<id>[\w-]+)/(?P=id)\.pdf",
        lambda m: f"{m['v']}/{m['id']}".lower(),
    ),
    _site(
        "jmlr",
        "jmlr.org",
        r"/papers/v(?:olume)?(?P<v>\d+)/(?P<id>[\w-]+)(?:/(?P=id))?\.(?:html|pdf)",
        lambda m: f"v{m['v']}/{m['id']}",
    ),
    _site("neurips", "nips.cc neurips.cc", _PROCEEDINGS, _proceedings),
    _site("neurips", "nips.cc neurips.cc", r"/paper/(?P<id>\d{1,5}-[a-z0-9-]+)"),
    _site("iclr", "proceedings.iclr.cc", _PROCEEDINGS, _proceedings),
    _site("mlsys", "proceedings.mlsys.org", _PROCEEDINGS, _proceedings),
    _site(
        "cvf",
        "openaccess.thecvf.com",
        r"/(?P<folder>content[\w/-]*)/(?:html|papers)/(?P<id>[^/?]+_paper)\.(?:html|pdf)",
        lambda m: f"{m['folder']}/{m['id']}",
    ),
    _site("usenix", "usenix.org", r"/conference/(?P<id>[\w-]+/presentation/[\w-]+)"),
    _site("s2", "semanticscholar.org", r"/(?:paper/)?(?:[^/?]*/)?(?P<id>[0-9a-f]{40})"),
    _site("s2", "semanticscholar.org", r"/(?:paper/)?CorpusID:(?P<id>\d{1,12})", lambda m: f"CorpusID:{m['id']}"),
    _site("iacr", "eprint.iacr.org", r"/(?P<id>\d{4}/\d{3,5})(?=\.pdf|/|$|\?)"),
    _site("hal", "hal.science archives-ouvertes.fr", r"/(?:\w+/)?(?P<id>[a-z]+-\d{6,9})(?=v\d|/|$|\?)"),
    # a PDF behind a link that does not look like one
    _site(
        "pdf",
        "github.com",
        r"/(?P<repo>[\w.-]+/[\w.-]+)/(?:blob|raw)/(?P<id>[^?]+\.pdf)",
        lambda m: f"https://raw.githubusercontent.com/{m['repo']}/{m['id']}",
    ),
)

NEVER = _words("""
    arxiv.org alphaxiv.org huggingface.co hf.co hf-mirror.com github.com gist.github.com gitlab.com bitbucket.org
    gitee.com codeberg.org stackoverflow.com stackexchange.com kaggle.com wandb.ai pypi.org npmjs.com
    youtube.com youtu.be vimeo.com bilibili.com b23.tv twitch.tv tiktok.com spotify.com loom.com netflix.com
    google.com google.de google.co.uk google.com.hk google.co.jp goo.gl bing.com baidu.com duckduckgo.com
    slack.com slack-edge.com slack-files.com zoom.us zoom.com webex.com teams.microsoft.com sharepoint.com live.com
    office.com twitter.com x.com t.co fxtwitter.com nitter.net bsky.app threads.net mastodon.social linkedin.com
    lnkd.in facebook.com instagram.com whatsapp.com wa.me t.me telegram.org discord.com discord.gg weixin.qq.com
    weibo.com zhihu.com xiaohongshu.com douban.com reddit.com redd.it ycombinator.com quora.com pinterest.com
    notion.so notion.site figma.com miro.com trello.com asana.com monday.com linear.app atlassian.net atlassian.com
    airtable.com overleaf.com calendly.com doodle.com eventbrite.com meetup.com dropbox.com wetransfer.com
    wikipedia.org wikimedia.org wikidata.org amazon.com apple.com giphy.com tenor.com imgur.com openai.com
    chatgpt.com claude.ai perplexity.ai paypal.com stripe.com booking.com
    """)
"""Hosts (with their subdomains) where a link that no row of SITES knows is never a paper. A ``.pdf`` on some
of them still is, see ``NEVER_EVEN_PDF``."""

NEVER_EVEN_PDF = _words("slack.com slack-edge.com slack-files.com zoom.us drive.google.com docs.google.com")
"""Hosts that answer a person's browser only: even ``.pdf`` there is a viewer or a login page. Uploads to Slack
arrive as files, not as links."""

_PAPER_PAGES = (
    ("ieeexplore.ieee.org", r"/(?:abstract/)?document/\d+"),
    ("sciencedirect.com", r"/science/article/"),
    ("nature.com", r"/articles/[a-z]*\d"),
    ("mdpi.com", r"/\d{4}-\d{3}[\dX]/\d"),
    ("pubmed.ncbi.nlm.nih.gov", r"/\d+"),
    ("ncbi.nlm.nih.gov", r"/(?:pmc/)?articles/PMC\d+"),
    ("europepmc.org", r"/(?:article|abstract)/"),
    ("aaai.org", r"/(?:ojs/)?index\.php/\w+/article/view/\d"),
    ("isca-archive.org", r"/\w+/\w+\.html"),
    ("academic.oup.com", r"/[\w/-]+/(?:article|article-abstract|advance-article)/"),
    ("cambridge.org", r"/core/journals/[\w-]+/article/"),
    ("direct.mit.edu", r"/\w+/(?:article|article-abstract)/"),
    ("elifesciences.org", r"/(?:articles|reviewed-preprints)/\d"),
    ("peerj.com", r"/articles/[\w-]*\d"),
    ("chemrxiv.org", r"/engage/chemrxiv/article-details/"),
    ("osf.io", r"/preprints/\w+/\w+"),
    ("vldb.org", r"/pvldb/"),
    ("copernicus.org", r"/articles/\d"),
    ("chinaxiv.org", r"/abs/\d"),
)
PAPER_PAGES = tuple((host, re.compile(path)) for host, path in _PAPER_PAGES)
"""Hosts and paths of pages that are about one paper, so that a failure there is worth telling."""

TRACKING = re.compile(
    r"(?:utm_\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|mc_[ce]id|_hs\w+|ref_src|ref_url|spm|trk|"
    r"cmpid|campaign_?id|mkt_tok|vero_id|oly_\w+|xtor|s_cid)",
    re.IGNORECASE,
)
"""Query parameters that say who sent the reader, not what is read."""

NOT_DOCUMENTS = tuple(
    _words(
        ".png .jpg .jpeg .gif .svg .webp .ico .mp4 .mov .webm .mp3 .wav .zip .gz .tgz .tar .bz2 .xz .7z .rar .exe .dmg "
        ".csv .tsv .json .jsonl .xlsx .xls .pptx .ppt .docx .doc .ipynb .py .js .css .txt .xml .bib .ris .rss .atom"
    )
)
"""Endings of links that lead to something other than a paper."""


def on(host: str, suffixes: frozenset[str] | tuple[str, ...]) -> bool:
    """True when ``host`` is one of ``suffixes`` or lies below one."""
    labels = host.split(".")
    return any(".".join(labels[start:]) in suffixes for start in range(len(labels)))


def page_url(kind: str, value: str) -> str | None:
    """Where a person reads about a venue's paper; None for kinds that have no page of their own."""
    template = _PAGES.get(kind)
    if kind in _TRACKED:
        return _tracked(kind, value, "hash", "Abstract", "html")
    if kind == "cvf":
        folder, _, name = value.rpartition("/")
        return f"https://openaccess.thecvf.com/{folder}/html/{name}.html"
    return template.format(value) if template else None


def pdf_url(kind: str, value: str) -> str | None:
    """Where the PDF of a venue's paper lies, when the site's link shapes tell."""
    if kind in _TRACKED:
        return _tracked(kind, value, "file", "Paper", "pdf")
    if kind == "cvf":
        folder, _, name = value.rpartition("/")
        return f"https://openaccess.thecvf.com/{folder}/papers/{name}.pdf"
    if kind in ("pmlr", "jmlr"):
        volume, _, name = value.partition("/")
        if kind == "jmlr":
            return f"https://jmlr.org/papers/volume{volume[1:]}/{name}/{name}.pdf"
        return f"https://proceedings.mlr.press/{volume}/{name}/{name}.pdf"
    template = _PDFS.get(kind)
    return template.format(value) if template else None


def _tracked(kind: str, value: str, folder: str, role: str, ending: str) -> str:
    host = _TRACKED[kind]
    year, slash, rest = value.partition("/")
    if not slash:  # the numbered links of NeurIPS before 2021
        return f"{host}/paper/{value}" + (".pdf" if ending == "pdf" else "")
    digest, dash, track = rest.partition("-")
    return f"{host}/paper_files/paper/{year}/{folder}/{digest}-{role}{dash}{track}.{ending}"


_TRACKED = {
    "neurips": "https://proceedings.neurips.cc",
    "iclr": "https://proceedings.iclr.cc",
    "mlsys": "https://proceedings.mlsys.org",
}
_PAGES = {
    "acl": "https://aclanthology.org/{}/",
    "openreview": "https://openreview.net/forum?id={}",
    "pmlr": "https://proceedings.mlr.press/{}.html",
    "jmlr": "https://jmlr.org/papers/{}.html",
    "usenix": "https://www.usenix.org/conference/{}",
    "iacr": "https://eprint.iacr.org/{}",
    "hal": "https://hal.science/{}",
    "s2": "https://www.semanticscholar.org/paper/{}",
}
_PDFS = {
    "iacr": "https://eprint.iacr.org/{}.pdf",
    "hal": "https://hal.science/{}/document",
    "acl": "https://aclanthology.org/{}.pdf",
    "openreview": "https://openreview.net/pdf?id={}",
}
