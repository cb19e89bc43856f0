"""The workspace as a web page: what one sees, what one does, live. Plain ES modules, nothing from outside."""

from playground.page.server import Page

__all__ = ["Page"]
