"""``make bench``: every figure in one run. ``python -m benchmarks.quality`` measures the briefs' checks."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from benchmarks import bot, library, reading, replicas


def main() -> None:
    console = Console()
    for title, rows in (
        ("The bot", bot.rows()),
        ("Reading", reading.rows()),
        ("The library", library.rows()),
        ("Replicas on Postgres", replicas.rows()),
    ):
        table = Table("what", "figure", "aim", title=title)
        for row in rows:
            table.add_row(*row)
        console.print(table)


if __name__ == "__main__":
    main()
