"""Kills the hub with SIGKILL at random moments of commits, pushes and uploads to LFS, and looks at what is left.

    .ci/chaos.py DHUB [MOMENTS [SEED]]

After every restart each write that was acknowledged must be there, nothing may be half there, and git and the hub's own
check must find nothing wrong. Prints a line for each moment; the exit status is 1 if anything was not as it should be.
"""

import base64
import hashlib
import http.client
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

TOKEN = "hf_chaos0000000000000000000000000000000"
REPOSITORY = "org/model"


class Hub:
    """`dhub serve` over one folder, started anew after each kill, at the same port."""

    def __init__(self, dhub, folder):
        self.dhub, self.root, self.port = dhub, folder / "root", 0
        self.tokens, self.log = folder / "tokens.json", folder / "serve.log"
        self.root.mkdir()
        self.tokens.write_text(json.dumps({"tokens": [{"name": "c", "token": TOKEN, "user": "org", "role": "write"}]}))
        self.tokens.chmod(0o600)
        self.process = None

    @property
    def repository(self):
        return self.root / "models" / f"{REPOSITORY}.git"

    def start(self):
        command = [
            self.dhub, "serve", "--root", self.root, "--port", str(self.port), "--token-file", self.tokens]
        with open(self.log, "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            sys.exit(f"the hub does not start; see {self.log}")
        self.port = int(line.rstrip().rsplit(":", 1)[1])

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def request(self, method, path, body=b"", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def api(self, method, path, value, kind="application/json"):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        status, text = self.request(
            method, path, body, **{"Authorization": f"Bearer {TOKEN}", "Content-Type": kind})
        if status != 200:
            raise OSError(f"{path}: {status} {text[:200]!r}")
        return json.loads(text)

    def commit(self, *lines):
        body = "".join(json.dumps({"key": key, "value": value}) + "\n" for key, value in lines).encode()
        return self.api("POST", f"/api/models/{REPOSITORY}/commit/main", body, "application/x-ndjson")["commitOid"]


class Writer(threading.Thread):
    """Somebody who writes until told to stop; what was acknowledged is in `done`."""

    def __init__(self, hub, name, seed):
        super().__init__(daemon=True)
        self.hub, self.name, self.random = hub, name, random.Random(seed)
        self.number, self.done, self.stopped = 0, [], threading.Event()
        self.failure, self.may_write, self.idle = None, threading.Event(), threading.Event()
        self.may_write.set()

    def run(self):
        while not self.stopped.is_set():
            self.idle.set()
            self.may_write.wait()
            self.idle.clear()
            self.number += 1
            try:
                self.done.append(self.write())
            except (OSError, http.client.HTTPException, subprocess.CalledProcessError, ValueError) as error:
                # The hub is down or was killed in the middle; that is the point.
                self.failure = error
                time.sleep(0.02)

    def rest(self):
        """Waits until nothing of this writer's is under way, and nothing new begins."""
        self.may_write.clear()
        self.idle.wait()


class Committer(Writer):
    """Small files through the interface."""

    def write(self):
        content = self.random.randbytes(self.random.choice([10, 1000, 200_000]))
        path = f"{self.name}/{self.number}.txt"
        oid = self.hub.commit(
            ("header", {"summary": path, "description": ""}),
            ("file", {"path": path, "encoding": "base64", "content": base64.b64encode(content).decode()}))
        return oid, path, hashlib.sha256(content).hexdigest(), "main"


class Uploader(Writer):
    """Large files through LFS and the interface."""

    def write(self):
        content = self.random.randbytes(self.random.choice([1000, 3_000_000]))
        oid, path = hashlib.sha256(content).hexdigest(), f"{self.name}/{self.number}.bin"
        batch = self.hub.api(
            "POST", f"/{REPOSITORY}.git/info/lfs/objects/batch",
            {"operation": "upload", "transfers": ["basic"], "objects": [{"oid": oid, "size": len(content)}]},
            "application/vnd.git-lfs+json")
        action = batch["objects"][0].get("actions", {}).get("upload")
        if action:
            url = urllib.parse.urlsplit(action["href"])
            status, text = self.hub.request("PUT", f"{url.path}?{url.query}", content, **action.get("header", {}))
            if status not in (200, 201):
                raise OSError(f"PUT: {status} {text[:200]!r}")
        commit = self.hub.commit(
            ("header", {"summary": path, "description": ""}),
            ("lfsFile", {"path": path, "algo": "sha256", "oid": oid, "size": len(content)}))
        return commit, path, oid, "main"


class Pusher(Writer):
    """Commits of real git, with or without git-lfs, to a branch of its own."""

    def __init__(self, hub, name, seed, folder, lfs):
        super().__init__(hub, name, seed)
        self.folder, self.lfs = folder / name, lfs
        self.git("init", "-q", "-b", name, self.folder, cwd=folder)
        if lfs:
            self.git("lfs", "install", "--local")
            (self.folder / ".gitattributes").write_text("*.bin filter=lfs diff=lfs merge=lfs -text\n")

    def git(self, *arguments, cwd=None):
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0",
            **{f"GIT_{role}_{part}": "chaos@localhost" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")},
        }
        return subprocess.run(
            ["git", *arguments], cwd=cwd or self.folder, env=environment, check=True, capture_output=True, text=True,
            timeout=120).stdout.strip()

    def write(self):
        content = self.random.randbytes(self.random.choice([1000, 100_000]))
        path = f"{self.name}-{self.number}.bin"
        (self.folder / path).write_bytes(content)
        self.git("add", "-A")
        self.git("commit", "-qm", path)
        url = f"http://org:{TOKEN}@127.0.0.1:{self.hub.port}/{REPOSITORY}.git"
        self.git("push", "-q", url, self.name)
        return self.git("rev-parse", "HEAD"), path, hashlib.sha256(content).hexdigest(), self.name


def check(hub, acknowledged):
    """What is not as it should be, in words."""
    def git(*arguments):
        done = subprocess.run(
            ["git", "-C", hub.repository, *arguments], check=False, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    flaws = []
    status, text = git("fsck", "--strict", "--no-dangling")
    if status != 0:
        flaws.append(f"git fsck: {text[:500]}")
    known = set(git("rev-list", "--all")[1].split())
    for commit, path, digest, branch in acknowledged:
        if commit not in known:
            flaws.append(f"{path}: the commit {commit} is lost")
            continue
        status, content = hub.request(
            "GET", f"/{REPOSITORY}/resolve/{branch}/{path}", **{"Authorization": f"Bearer {TOKEN}"})
        if status != 200 or hashlib.sha256(content).hexdigest() != digest:
            flaws.append(f"{path}: {status}, or other bytes")
    done = subprocess.run(
        [hub.dhub, "serve", "fsck", "--root", hub.root], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        flaws.append(f"dhub serve fsck: {done.returncode} {(done.stdout + done.stderr)[:500]}")
    return flaws


def main():
    dhub, moments = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 50
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 30)
    chance, bad, total = random.Random(seed), 0, 0
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="dhub-chaos-") as name:
        folder = pathlib.Path(name)
        hub = Hub(dhub, folder)
        hub.start()
        hub.api("POST", "/api/repos/create", {"name": "model", "organization": "org"})
        writers = [
            Committer(hub, "a", 1), Committer(hub, "b", 2), Uploader(hub, "c", 3), Uploader(hub, "d", 4),
            Pusher(hub, "plain", 5, folder, False), Pusher(hub, "large", 6, folder, True),
        ]
        for writer in writers:
            writer.start()
        for moment in range(moments):
            time.sleep(chance.uniform(0.1, 2.5))
            hub.kill()
            acknowledged = [(writer, len(writer.done)) for writer in writers]
            hub.start()
            # git fsck takes what arrives while it runs for missing.
            for writer in writers:
                writer.rest()
            fresh = [entry for writer, count in acknowledged for entry in writer.done[:count]][-200:]
            flaws = check(hub, fresh)
            for writer in writers:
                writer.may_write.set()
            total = sum(len(writer.done) for writer in writers)
            counts = ", ".join(f"{writer.name} {len(writer.done)}" for writer in writers)
            print(f"{moment + 1:3}  {counts}  {'ok' if not flaws else flaws}", flush=True)
            bad += bool(flaws)
        for writer in writers:
            writer.stopped.set()
        for writer in writers:
            writer.join(60)
        flaws = check(hub, [entry for writer in writers for entry in writer.done])
        print(f"in the end: {total} writes, {'all there' if not flaws else flaws}")
        hub.kill()
        for writer in writers:
            if not writer.done:
                print(f"{writer.name} never wrote: {writer.failure} {getattr(writer.failure, 'stderr', '')}")
                bad += 1
    sys.exit(1 if bad or flaws else 0)


main()
