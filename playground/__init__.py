"""A Slack workspace on your own machine, to try the bot and to test it."""

from playground.installation import Installation
from playground.playground import Playground

__all__ = ["Installation", "Playground"]
