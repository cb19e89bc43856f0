"""``make bench``: every figure in one run."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from benchmarks import bot


def main() -> None:
    console = Console()
    table = Table("what", "figure", "aim", title="The bot")
    for row in bot.rows():
        table.add_row(*row)
    console.print(table)


if __name__ == "__main__":
    main()
