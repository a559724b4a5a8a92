"""The arrows of docs/architecture.md, held against the imports; and what must never be imported early."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = {
    "adaptive_cards": set[str](),
    "assistant": {"policy", "german", "letters", "writers", "entra", "records", "telemetry"},
    "bots": {"assistant", "jobs", "adaptive_cards", "policy", "german", "entra", "writers"},
    "entra": set[str](),
    "german": set[str](),
    "jobs": {"assistant", "telemetry"},
    "letters": {"german"},
    "manifest": set[str](),
    "outlook": {"assistant", "jobs", "policy", "german", "entra", "writers"},
    "policy": {"german"},
    "records": set[str](),
    "settings": set[str](),
    "telemetry": set[str](),
    "towns": {"assistant", "bots", "outlook", "policy", "entra", "letters", "writers", "settings"},
    "writers": {"german", "letters", "policy"},
}
# What a room may see of another when it does not see all of it.
ONLY = {
    ("policy", "german"): {"german.text", "german.lexicon"},
    ("assistant", "entra"): {"entra.gate"},
    ("assistant", "records"): {"records.port"},
    ("assistant", "telemetry"): {"telemetry.port"},
    ("jobs", "telemetry"): {"telemetry.port"},
    ("bots", "policy"): {"policy.screening"},
    ("bots", "entra"): {"entra.gate"},
    ("bots", "writers"): {"writers.port"},
    ("outlook", "policy"): {"policy.screening"},
    ("outlook", "entra"): {"entra.gate"},
    ("outlook", "writers"): {"writers.port"},
    ("towns", "letters"): {"letters.kinds"},
    ("towns", "policy"): {"policy.screening"},
    ("towns", "writers"): {"writers.port"},
    ("writers", "policy"): {"policy.screening"},
}


def imports_of(path: Path) -> set[str]:
    """Every module a file imports, also inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            folder = ROOT.joinpath(*node.module.split("."))
            for alias in node.names:
                is_module = (folder / f"{alias.name}.py").exists() or (folder / alias.name).is_dir()
                found.add(f"{node.module}.{alias.name}" if is_module else node.module)
    return found


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_imports_only_what_the_house_plan_allows(room: str) -> None:
    files = [ROOT / f"{room}.py"] if (ROOT / f"{room}.py").exists() else sorted((ROOT / room).rglob("*.py"))
    ours = set(ROOMS) | {"service", "web", "function_app"}
    for file in files:
        for module in imports_of(file):
            top = module.split(".")[0]
            if top not in ours or top == room:
                continue
            assert top in ROOMS[room], f"{file.relative_to(ROOT)} imports {module}"
            allowed = ONLY.get((room, top))
            assert allowed is None or module in allowed, f"{file.relative_to(ROOT)} imports {module}"


def test_importing_the_app_loads_nothing_heavy() -> None:
    code = (
        "import sys, web; heavy = ('openai','httpx2','docx','numpy','msal','fastapi','opentelemetry');"
        "print(*[m for m in heavy if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == ""
