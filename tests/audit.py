"""Whether what is installed for the project has known vulnerabilities, asked of PyPI's database.

python -m tests.audit      ends with 1 where there are some, with 0 where there are none; also
                           with 0, and aloud, where the database cannot be reached
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

VULNERABLE: Final = "jinja2==2.4.1"
"""Known to be: whoever tells nothing of it knows no vulnerabilities at all."""

_PROBE_SECONDS: Final = 10
_SECONDS: Final = 120
_ANSWER_SECONDS: Final = 5  # of one package
_AUDIT: Final = (
    *(sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"),
    *("--timeout", str(_ANSWER_SECONDS)),
)
_SKIPPED: Final = "KNOWN VULNERABILITIES WERE NOT LOOKED FOR: the database cannot be reached."

Ask = Callable[[list[str], float], str]


def told_by(arguments: list[str], seconds: float) -> str:
    """What pip-audit tells; nothing where it takes too long."""
    command = [*_AUDIT, *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout


def packages_in(told: str) -> list[dict[str, Any]]:
    """What pip-audit's JSON says of each package; nothing where it is no such answer."""
    try:
        packages: list[dict[str, Any]] = json.loads(told)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return []
    return packages


def audit(ask: Ask = told_by) -> tuple[int, str]:
    """The exit code, and what to say."""
    with TemporaryDirectory() as folder:
        probe = Path(folder) / "requirements.txt"
        probe.write_text(VULNERABLE, encoding="utf-8")
        known = ask(["--no-deps", "--disable-pip", "--requirement", str(probe)], _PROBE_SECONDS)
    if not any(one.get("vulns") for one in packages_in(known)):
        return 0, _SKIPPED
    packages = packages_in(ask(["--local"], _SECONDS))
    if not packages:
        return 0, _SKIPPED
    found = [
        f"{one['name']} {one['version']}: {flaw['id']}, mended in "
        f"{', '.join(flaw['fix_versions']) or 'no version yet'}"
        for one in packages
        for flaw in one.get("vulns", ())
    ]
    unknown = [one["name"] for one in packages if "skip_reason" in one]
    looked = f"{len(packages) - len(unknown)} packages were looked up"
    rest = f"; the database does not know {', '.join(unknown)}" if unknown else ""
    title = "KNOWN VULNERABILITIES:" if found else "No known vulnerabilities:"
    return int(bool(found)), "\n".join([title, *found, f"{looked}{rest}."])


if __name__ == "__main__":
    code, said = audit()
    print(said)
    sys.exit(code)
