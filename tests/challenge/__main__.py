"""python -m tests.challenge [--failures] [--floors]: the pass rate of each phenomenon, as CI prints it.

--failures   each failing case with its faults, grouped by cause, the commonest cause first
--floors     write the present counts down as the floors below which the tests fail (they only ever rise)
"""

from __future__ import annotations

import sys
from collections import defaultdict

from .cases import FOLDER, load_cases
from .run import by_group, read_floors, run, table


def main(arguments: list[str]) -> int:
    if unknown := set(arguments) - {"--failures", "--floors"}:
        print(f"unknown option {', '.join(sorted(unknown))}\n{__doc__}", file=sys.stderr)
        return 2
    results = run(load_cases())
    print(table(results))
    if "--failures" in arguments:
        causes = defaultdict(list)
        for result in results:
            for fault in result.faults:
                causes[fault.cause].append((result, fault))
        for cause, found in sorted(causes.items(), key=lambda item: (-len(item[1]), item[0])):
            print(f"\n## {len(found)} x {cause}")
            for result, fault in found:
                print(f"{result.case.group}: {result.case.text}\n    {fault.detail}")
                for line in result.explained.splitlines():
                    if line.strip().startswith(("fired", "near")):
                        print(f"    {line.strip()}")
    if "--floors" in arguments:
        old = read_floors()
        counts = {group: max(passed, old.get(group, 0)) for group, (passed, _) in by_group(results).items()}
        lines = [f"{group} = {count}" for group, count in sorted(counts.items())]
        header = "# Cases of each phenomenon that pass; written by: python -m tests.challenge --floors\n"
        (FOLDER / "floors.toml").write_text(header + "\n".join(lines) + "\n", encoding="utf-8")
    return 0


sys.exit(main(sys.argv[1:]))
