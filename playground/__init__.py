"""A Slack workspace on your own machine, to try the bot and to test it."""
