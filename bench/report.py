"""The figures as a table for people and as JSON for machines."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench.cases import Case
from bench.files import Measured
from bench.measurement import Result

__all__ = ["RESULTS", "Report"]

RESULTS = Path(__file__).with_name("results.json")
# a read may cost this much more with a hundred times the rows
GROWTH_LIMIT = 1.2

HEADING = f"""
{"":37}{"gateway":^36}{"SQL as member":^36}{"bare SQL":>9}  {"gateway":>7}  {"member":>7}
{"":37}{"per s":>9}{"p50":>9}{"p95":>9}{"p99":>9}{"per s":>9}{"p50":>9}{"p95":>9}{"p99":>9}{"per s":>9}  {"/SQL":>7}  {"/bare":>7}"""


@dataclass
class Report:
    """Everything that one run has found."""

    load_rate: float = 0
    rows: int = 0
    results: dict[tuple[str, str], dict[str, Result]] = field(default_factory=dict)
    growth: dict[str, dict[str, float]] = field(default_factory=dict)
    files: list[Measured] = field(default_factory=list)

    def add(self, case: Case, book: str, results: dict[str, Result]) -> None:
        """Keeps and shows one line. Rates of bulk inserts are in rows."""
        if not self.results:
            print(HEADING)
        self.results[case.name, book] = results
        line = f"{case.name:<22}{book:<15}"
        for level in ("gateway", "member"):
            result = results[level]
            line += f"{result.rate * case.rows:>9,.0f}" + "".join(
                f"{ms:>9.2f}" for ms in (result.p50, result.p95, result.p99)
            )
        plain = results.get("bare")
        line += f"{plain.rate * case.rows:>9,.0f}" if plain else f"{'':9}"
        line += f"  {results['gateway'].rate / results['member'].rate:>7.2f}"
        line += f"  {results['member'].rate / plain.rate:>7.2f}" if plain else ""
        print(line, flush=True)

    def add_file(self, measured: Measured) -> None:
        self.files.append(measured)
        print(measured, flush=True)

    def compare(self, small: str, large: str) -> None:
        """Shows what a read costs more in the large book than in the small one."""
        print(f"\nGrowth from {small} to {large}, aim {GROWTH_LIMIT} at most")
        for name in dict.fromkeys(case for case, book in self.results):
            if (name, small) not in self.results or (name, large) not in self.results:
                continue
            factors = {
                level: self.results[name, small][level].rate / self.results[name, large][level].rate
                for level in ("gateway", "member")
            }
            self.growth[name] = factors
            flag = "  <- more than it should" if max(factors.values()) > GROWTH_LIMIT else ""
            print(f"  {name:<22} gateway {factors['gateway']:.2f}   SQL {factors['member']:.2f}{flag}")

    @property
    def failed(self) -> int:
        return sum(result.failed for results in self.results.values() for result in results.values())

    def write(self) -> None:
        document = {
            "cores": os.cpu_count(),
            "load": {"rows": self.rows, "rows_per_second": round(self.load_rate)},
            "results": [
                {"case": case, "book": book, **{level: result.as_json() for level, result in results.items()}}
                for (case, book), results in self.results.items()
            ],
            "growth": {name: {k: round(v, 3) for k, v in factors.items()} for name, factors in self.growth.items()},
            "files": [asdict(measured) for measured in self.files],
        }
        RESULTS.write_text(json.dumps(document, indent=2) + "\n")
