"""SQLite and Postgres under the library: connections, tables, the words of the search, backup and the move."""
