"""The Web API: one module a family of methods, the door they all go through, and what Slack refuses."""
