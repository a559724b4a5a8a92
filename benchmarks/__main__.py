"""`make bench`: runs every benchmark in turn and prints its figures."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
# Needs a second environment of its own and several minutes; run it by name.
BY_NAME_ONLY = {"policy_presidio", "echo_bot"}


def main() -> int:
    """Run all benchmarks; the status is that of the worst."""
    worst = 0
    for path in sorted(HERE.glob("*.py")):
        if path.stem.startswith("_") or path.stem in BY_NAME_ONLY:
            continue
        print(f"\n== {path.stem} ==", flush=True)
        worst = max(worst, subprocess.run([sys.executable, "-m", f"benchmarks.{path.stem}"], check=False).returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main())
