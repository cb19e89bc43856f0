"""The bot ends when it has to, whatever its threads wait for. (`test_replicas` stops it after a cut.)"""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path

from made_papers import MadePaper
from running_bot import APP, connected_bot

from playground import Playground

_IMPATIENT = ("-c", "from bot import pulse, __main__; pulse._LONGEST_DISCONNECT = 2; __main__.main(['run'])")
_RETRY_AFTER = 120


def test_without_slack_it_ends_although_work_sleeps(tmp_path: Path) -> None:
    """Replies wait two minutes, as Slack asked for; the threads that wait do not hold the exit up."""
    with ExitStack() as slack:
        place = slack.enter_context(Playground(installation=APP))
        with connected_bot(place.environment(), tmp_path / "data", _IMPATIENT) as bot:
            ada, channel = place.add_user("ada"), place.add_channel("papers")
            place.fail_next("chat.postMessage", retry_after=_RETRY_AFTER)
            place.upload(ada, channel, "paper.pdf", MadePaper(1).pdf())
            place.wait_for(lambda: "slack_busy" in bot.log, 30)
            slack.close()
            gone_at = time.monotonic()
            while bot.running:
                assert time.monotonic() - gone_at < _RETRY_AFTER / 3
                time.sleep(0.1)
            assert bot.exit_code == 1
            assert "giving up" in bot.log
