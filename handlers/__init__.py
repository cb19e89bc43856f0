"""What wakes the bot: Slack and the clock."""
