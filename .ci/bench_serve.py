"""The part of `make bench` that measures the hub: many clients at once, also against nginx with the same file."""

import base64
import http.client
import json
import os
import subprocess
import threading
import time

TOKEN = "hf_benchmark0000000000000000000000000000"
CLIENTS, WRITERS, FILE, SECONDS = 64, 16, 64 << 20, 60


def memory(process, field):
    """A line of /proc/PID/status in MiB: VmRSS is the memory now, VmHWM the most that there was."""
    with open(f"/proc/{process.pid}/status", encoding="utf-8") as status:
        line = next(line for line in status if line.startswith(field))
    return int(line.split()[1]) / 1024


class Hub:
    """`dhub serve` over an empty folder, with one account that may write."""

    def __init__(self, world):
        self.root = world.root / "served"
        self.root.mkdir()
        tokens = world.root / "tokens.json"
        tokens.write_text(json.dumps({"tokens": [{"name": "bench", "token": TOKEN, "user": "org", "role": "write"}]}))
        tokens.chmod(0o600)
        self.process = subprocess.Popen(
            [world.dhub, "serve", "--root", self.root, "--port", "0", "--token-file", tokens],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=world.environment)
        self.port = int(self.process.stdout.readline().rstrip().rsplit(":", 1)[1])

    def call(self, method, path, body, kind="application/json"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": kind}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:300]!r}")
        return json.loads(text)

    def commit(self, path, content, repository="org/model"):
        lines = [
            {"key": "header", "value": {"summary": f"Add {path}", "description": ""}},
            {"key": "file", "value": {
                "path": path, "encoding": "base64", "content": base64.b64encode(content).decode()}},
        ]
        body = "".join(json.dumps(line) + "\n" for line in lines)
        return self.call("POST", f"/api/models/{repository}/commit/main", body, "application/x-ndjson")["commitOid"]


def fetch(url, count):
    """Seconds in which one program fetches `url` so often, all at once."""
    # Several names, as curl takes one URL once; all of them are the same file.
    targets = [word for index in range(count) for word in ("-o", "/dev/null", f"{url}?n={index}")]
    began = time.perf_counter()
    subprocess.run(
        ["curl", "-sSf", "--no-progress-meter", "--parallel", "--parallel-immediate", "--parallel-max", str(count), *targets], check=True)
    return time.perf_counter() - began


def measure(world, nginx_port, report):
    hub = Hub(world)
    try:
        hub.call("POST", "/api/repos/create", json.dumps({"name": "model", "organization": "org"}))
        downloads(world, hub, nginx_port, report)
        commits(hub, report)
    finally:
        hub.process.terminate()
        hub.process.wait()


def downloads(world, hub, nginx_port, report):
    content = os.urandom(FILE)
    (world.root / "files" / "served.bin").write_bytes(content)
    hub.commit("served.bin", content)
    ours, theirs = [], []
    for _ in range(3):
        theirs.append(fetch(f"http://127.0.0.1:{nginx_port}/org/model/resolve/main/served.bin", CLIENTS))
        ours.append(fetch(f"http://127.0.0.1:{hub.port}/org/model/resolve/main/served.bin", CLIENTS))
    rate = CLIENTS * FILE / min(ours) / 1e6
    report(f"serve: {CLIENTS} downloads at once against nginx", min(theirs) / min(ours), ">0.5", f"{rate:.0f} MB/s")
    report("serve: most memory during these, MiB", memory(hub.process, "VmHWM"), "<300")


def commits(hub, report):
    """For a minute commits of many clients to one branch, and as many downloads as before beside them.

    Each commit that was acknowledged must be in the history.
    """
    acknowledged, downloaded, failures, stop = [], [], [], time.monotonic() + SECONDS

    def work(writer):
        number = 0
        while time.monotonic() < stop:
            try:
                acknowledged.append(hub.commit(f"{writer}/{number % 50}.txt", f"{writer} {number}\n".encode()))
            except (OSError, RuntimeError, http.client.HTTPException) as error:
                failures.append(error)
            number += 1

    def download():
        while time.monotonic() < stop:
            try:
                fetch(f"http://127.0.0.1:{hub.port}/org/model/resolve/main/served.bin", CLIENTS)
                downloaded.append(CLIENTS)
            except subprocess.CalledProcessError as error:
                failures.append(error)

    threads = [threading.Thread(target=work, args=(writer,)) for writer in range(WRITERS)]
    threads.append(threading.Thread(target=download))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    repository = hub.root / "models" / "org" / "model.git"
    history = subprocess.run(
        ["git", "-C", repository, "log", "--format=%H", "main"], check=True, capture_output=True, text=True)
    lost = set(acknowledged) - set(history.stdout.split())
    rate = f"beside {sum(downloaded) / SECONDS:.0f} downloads a second"
    report(f"serve: commits a second of {WRITERS} clients to one branch", len(acknowledged) / SECONDS, ">0", rate)
    report("serve: commits and downloads that failed", len(failures), "<1", str(failures[0])[:100] if failures else "")
    report("serve: commits that were acknowledged and lost", len(lost), "<1")
    report("serve: most memory in all, MiB", memory(hub.process, "VmHWM"), "<300")
