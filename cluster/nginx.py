"""nginx in front of the web servers: its configuration, filled in, and its process.

python -m cluster.nginx FOLDER ADDRESS PORT WEB [WEB ...]    print a configuration

FOLDER: for nginx's own files and its log; WEB: a web server's IP address and port, as 10.0.0.5:8501
"""

import os
import pwd
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from cluster.children import CannotStart, Child

TEMPLATE: Final = Path(__file__).with_name("nginx.conf")
COOKIE: Final = "explorer_web"
"""Names the web server that a visitor is kept with: 1, 2, ..."""


def nginx(folder: Path, address: str, port: int, webs: Sequence[str]) -> Child:
    """The process that serves these web servers (`host:port`) at one address.

    Raises: CannotStart where nginx is not installed
    """
    settings = folder / "nginx.conf"
    settings.write_text(configuration(folder, address, port, webs))
    log = folder / "nginx.log"
    command = [program(), "-e", str(log), "-p", str(folder), "-c", str(settings)]
    return Child(f"nginx on port {port}", command, log)


def program() -> str:
    """Where nginx is, also for those whose shell does not look where Debian puts it.

    Raises: CannotStart where it is not installed
    """
    places = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    if found := shutil.which("nginx", path=places):
        return found
    raise CannotStart("nginx is not installed. Install it (Debian: apt-get install nginx-light).")


def configuration(folder: Path, address: str, port: int, webs: Sequence[str]) -> str:
    """The template, filled in for these web servers."""
    numbers = range(1, len(webs) + 1)
    upstreams = "\n".join(_upstream(number, webs) for number in numbers)
    return _filled(
        {
            "folder": str(folder),
            "user": _user(),
            "all": " ".join(f"server {web} {_FAILS};" for web in webs),
            "upstreams": upstreams,
            "asked": " ".join(f"{number} web{number};" for number in numbers),
            "answered": " ".join(
                f'"~(^|[ ,]){re.escape(web)}$" {number};' for number, web in enumerate(webs, 1)
            ),
            "address": address,
            "port": str(port),
        }
    )


_FAILS: Final = "max_fails=1 fail_timeout=5s"


def _upstream(number: int, webs: Sequence[str]) -> str:
    """The web server of this number, and the others for the time that it does not answer."""
    others = (web for place, web in enumerate(webs, 1) if place != number)
    backups = " ".join(f"server {web} backup {_FAILS};" for web in others)
    own = f"server {webs[number - 1]} {_FAILS};"
    return f"    upstream web{number} {{ zone web{number} 64k; {own} {backups} }}"


def _user() -> str:
    """Whose the processes are that answer: where root starts nginx, they would be another's."""
    return f"user {pwd.getpwuid(os.geteuid()).pw_name};" if os.geteuid() == 0 else ""


def _filled(values: Mapping[str, str]) -> str:
    return re.sub(r"\$\[(\w+)\]", lambda found: values[found[1]], TEMPLATE.read_text())


if __name__ == "__main__":
    _folder, _address, _port, *_webs = sys.argv[1:]
    print(configuration(Path(_folder), _address, int(_port), _webs), end="")
