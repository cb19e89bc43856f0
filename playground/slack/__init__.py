"""Slack, played on loopback: the workspace, its Web API, and how events and clicks reach the bot."""
