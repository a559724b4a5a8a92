"""`make run`: starts the backend in its local profile and the Teams Playground, and ends both together.

`make run PERSON="Tobias Lindner"` writes as another person of `.m365agentsplayground.yml`.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).parent.parent
PLAYGROUND_CLI = ROOT / "node_modules" / "@microsoft" / "m365agentsplayground" / "cli.js"
BACKEND_OPTIONS = ("--host", "127.0.0.1", "--log-level", "warning", "--no-access-log")
PLAYGROUND_OPTIONS = ("start", "-c", "msteams", "--disable-telemetry")
CONFIGURATION = ".m365agentsplayground.yml"
START_LIMIT = 60.0


class Stopped(Exception):
    """The person pressed Ctrl-C, or the process was told to end."""


def port_of(name: str, default: int) -> int:
    """A port from the environment, or its default."""
    value = os.environ.get(name, str(default))
    if not value.isdecimal() or not 0 < int(value) < 65_536:
        raise SystemExit(f"{name} muss eine Zahl zwischen 1 und 65535 sein.")
    return int(value)


def taken(port: int) -> bool:
    """Whether something listens on this port of the loopback address."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(url: str) -> bool:
    """Whether an address answers with anything below 500."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return response.status < 500
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def configure(folder: Path, person: str) -> None:
    """Put the Playground's configuration into a folder, with this person writing if one is named.

    The Playground works in that folder, so that the log it writes goes with it.
    """
    source = ROOT / CONFIGURATION
    if not person:
        shutil.copy(source, folder)
        return
    import yaml

    configuration = yaml.safe_load(source.read_text(encoding="utf-8"))
    everybody = [configuration["currentUser"], *configuration["users"]]
    chosen = next((one for one in everybody if one["name"] == person), None)
    if chosen is None:
        names = ", ".join(one["name"] for one in everybody)
        raise SystemExit(f"{person} steht nicht in {CONFIGURATION}. Zur Wahl stehen: {names}.")
    configuration["currentUser"] = chosen
    configuration["users"] = [one for one in everybody if one is not chosen]
    (folder / CONFIGURATION).write_text(yaml.safe_dump(configuration, allow_unicode=True), encoding="utf-8")


def wait_for(url: str, process: subprocess.Popen[bytes], name: str) -> None:
    """Wait until an address answers; fail when its process ended or the time is up."""
    deadline = time.monotonic() + START_LIMIT
    while not answers(url):
        if process.poll() is not None:
            raise SystemExit(
                f"{name} hat sich beim Start beendet (Status {process.returncode}). Die Meldung steht oben."
            )
        if time.monotonic() > deadline:
            raise SystemExit(f"{name} antwortet nach {START_LIMIT:.0f} Sekunden nicht unter {url}.")
        time.sleep(0.1)


def end(processes: list[subprocess.Popen[bytes]]) -> None:
    """End the started processes with everything they started themselves."""
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
    for process in processes:
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def main() -> int:
    """Start both, say where they are, wait for Ctrl-C."""
    backend_port = port_of("AMTSKLAR_PORT", 7071)
    playground_port = port_of("AMTSKLAR_PLAYGROUND_PORT", 56150)
    for port, name, setting in (
        (backend_port, "das Backend", "AMTSKLAR_PORT"),
        (playground_port, "den Playground", "AMTSKLAR_PLAYGROUND_PORT"),
    ):
        if taken(port):
            print(
                f"Port {port} für {name} ist belegt. Beenden Sie das andere Programm, "
                f"oder wählen Sie einen anderen Port: {setting}={port + 10} make run",
                file=sys.stderr,
            )
            return 1
    node = shutil.which("node")
    if node is None:
        print("Amtsklar braucht Node für den Playground. Bitte installieren und erneut starten.", file=sys.stderr)
        return 1

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise Stopped

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    backend_url = f"http://127.0.0.1:{backend_port}"
    playground_url = f"http://127.0.0.1:{playground_port}"
    messages_url = f"{backend_url}/api/messages"
    environment = {**os.environ, "AMTSKLAR_PROFILE": os.environ.get("AMTSKLAR_PROFILE", "local")}
    processes: list[subprocess.Popen[bytes]] = []
    scratch = tempfile.TemporaryDirectory(prefix="amtsklar-")
    try:
        configure(Path(scratch.name), os.environ.get("AMTSKLAR_PERSON", ""))
        backend = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "web:app", *BACKEND_OPTIONS, "--port", str(backend_port)],
            cwd=ROOT,
            env=environment,
            start_new_session=True,
        )
        processes.append(backend)
        playground = subprocess.Popen(
            [node, str(PLAYGROUND_CLI), *PLAYGROUND_OPTIONS, "-e", messages_url, "--port", str(playground_port)],
            cwd=scratch.name,
            env={**environment, "BROWSER": "none"},
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        processes.append(playground)
        wait_for(f"{backend_url}/api/health", backend, "Das Backend")
        wait_for(playground_url, playground, "Der Playground")
        print("\nAmtsklar läuft (lokales Profil, ohne Konto und Schlüssel).")
        print(f"  Teams Playground:  {playground_url}")
        print(f"  Schreibbereich:    {backend_url}/outlook/")
        print("Mit Strg-C beenden.", flush=True)
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
        print("Ein Teil von Amtsklar hat sich beendet. Der andere wird auch beendet.", file=sys.stderr)
        return 1
    except Stopped:
        print("\nAmtsklar wird beendet.")
        return 0
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        end(processes)
        scratch.cleanup()


if __name__ == "__main__":
    sys.exit(main())
