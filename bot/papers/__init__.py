"""Papers: how they are named, found, fetched and read."""
