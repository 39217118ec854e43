"""What `make bench` measures: us against our peers, in one run on one machine. Run by .ci/bench.

Every line is a ratio and the bar that it should meet. Times are the best of several runs, as noise only ever adds.
"""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import bench_serve as bench_serving

COMMIT = "a" * 40
PORT, SLOW_PORT = 18099, 18098
MIB = 1 << 20
PYTHON = sys.executable
CONFIG = {
    "_class_name": "EulerDiscreteScheduler",
    "_diffusers_version": "0.42.1",
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "num_train_timesteps": 1000,
    "steps_offset": 1,
    "timestep_spacing": "leading",
}
results = []


def report(name, value, bar, detail=""):
    """A ratio of `ours` to `theirs`, and whether it meets its bar ('<' or '>' and a number)."""
    good = value < float(bar[1:]) if bar[0] == "<" else value > float(bar[1:])
    results.append(good)
    print(f"{'ok  ' if good else 'MISS'} {name:58} {value:10.3g}   bar {bar:8} {detail}", flush=True)


def best(count, body):
    """The shortest time of several runs of `body`, in seconds."""
    times = []
    for _ in range(count):
        began = time.perf_counter()
        body()
        times.append(time.perf_counter() - began)
    return min(times)


class World:
    """A folder with a hub of nginx's, a home for each client, and the programs."""

    def __init__(self, binaries):
        self.dhub = os.path.join(binaries, "dhub")
        self.benchmarks = os.path.join(binaries, "benchmarks")
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="dhub-bench-"))
        memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
        self.memory = pathlib.Path(tempfile.mkdtemp(prefix="dhub-bench-", dir=memory))
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("HF_")},
            "HF_HOME": str(self.root / "home"),
            "HF_ENDPOINT": f"http://127.0.0.1:{PORT}",
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            "OMP_NUM_THREADS": "1",
        }

    def run(self, *command, **environment):
        done = subprocess.run(
            command, env={**self.environment, **environment}, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{command} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def python(self, program, *arguments, **environment):
        return self.run(PYTHON, "-c", program, *arguments, **environment)

    def clear(self):
        shutil.rmtree(self.root / "cache", ignore_errors=True)
        return str(self.root / "cache")

    def clear_memory(self):
        """An empty folder in memory: where the disk's own speed would be all that is measured."""
        shutil.rmtree(self.memory, ignore_errors=True)
        self.memory.mkdir()
        return str(self.memory)

    # The hub: files of nginx's with the headers of a hub.

    def make_hub(self):
        files = self.root / "files"
        (files / "small").mkdir(parents=True)
        (files / "scheduler").mkdir()
        etags = {}
        digest = hashlib.sha256()
        with open(files / "big.bin", "wb") as big:
            for _ in range(1024):
                block = os.urandom(MIB)
                digest.update(block)
                big.write(block)
        etags["/big.bin"] = digest.hexdigest()
        with open(files / "slow.bin", "wb") as slow:
            block = os.urandom(256 * MIB)
            slow.write(block)
        etags["/slow.bin"] = hashlib.sha256(block).hexdigest()
        contents = {f"small/{i:04}.bin": os.urandom(16384) for i in range(2000)}
        contents["scheduler/scheduler_config.json"] = (json.dumps(CONFIG, indent=2, sort_keys=True) + "\n").encode()
        tree = []
        for path, content in contents.items():
            (files / path).write_bytes(content)
            oid = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            etags["/" + path] = oid
            tree.append({"type": "file", "oid": oid, "size": len(content), "path": path})
        siblings = [{"rfilename": entry["path"]} for entry in tree]
        (files / "tree.json").write_text(json.dumps(tree))
        (files / "info.json").write_text(json.dumps({"id": "org/model", "sha": COMMIT, "siblings": siblings}))
        self.start_nginx(files, etags)

    def start_nginx(self, files, etags):
        table = "".join(f"{path} {etag};\n" for path, etag in etags.items())
        server = f"""
          location ~ ^/org/model/resolve/[^/]+(?<file>/.*)$ {{
            alias {files}$file; add_header X-Repo-Commit {COMMIT} always; add_header ETag '"$etag"' always;
          }}
          location ~ ^/api/models/org/model/tree/ {{ default_type application/json; alias {files}/tree.json; }}
          location ~ ^/api/models/org/model {{ default_type application/json; alias {files}/info.json; }}"""
        text = f"""
          worker_processes 1; daemon on; pid {self.root}/nginx.pid; error_log {self.root}/nginx.log;
          events {{ worker_connections 1024; }}
          http {{
            access_log off; sendfile on; keepalive_requests 1000000; etag off; default_type application/octet-stream;
            client_body_temp_path {self.root}; proxy_temp_path {self.root}; fastcgi_temp_path {self.root};
            uwsgi_temp_path {self.root}; scgi_temp_path {self.root};
            map_hash_max_size 16384; map_hash_bucket_size 128;
            map $file $etag {{ {table} }}
            server {{ listen 127.0.0.1:{PORT}; {server} }}
            server {{ listen 127.0.0.1:{SLOW_PORT}; limit_rate 20m; {server} }}
          }}"""
        (self.root / "nginx.conf").write_text(text)
        self.run("/usr/sbin/nginx", "-c", str(self.root / "nginx.conf"), "-e", str(self.root / "nginx.log"))

    def stop(self):
        pid = self.root / "nginx.pid"
        if pid.exists():
            os.kill(int(pid.read_text()), 15)
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.rmtree(self.memory, ignore_errors=True)


HF_FILE = "import sys, huggingface_hub as h; h.hf_hub_download('org/model', sys.argv[1], cache_dir=sys.argv[2])"
HF_SNAPSHOT = "import sys, huggingface_hub as h; h.snapshot_download('org/model', cache_dir=sys.argv[1])"
DIFFUSERS_LOAD = """
import sys, time
from diffusers import EulerDiscreteScheduler
def load():
    return EulerDiscreteScheduler.from_pretrained(
        'org/model', subfolder='scheduler', cache_dir=sys.argv[1], local_files_only=True)
load()
times = []
for _ in range(int(sys.argv[2])):
    began = time.perf_counter(); load(); times.append(time.perf_counter() - began)
print(sorted(times)[len(times) // 2] * 1e6 if times else 0)
"""


def warm(world):
    cache = world.clear()
    world.run(world.dhub, "download", "org/model", "scheduler/scheduler_config.json", "--cache-dir", cache)
    return cache


def bench_start(world):
    cache = warm(world)
    show = [world.dhub, "scheduler", "show", "org/model", "--subfolder", "scheduler", "--cache-dir", cache, "--offline"]
    ours = best(20, lambda: world.run(*show))
    theirs = best(3, lambda: world.python(DIFFUSERS_LOAD, cache, "0"))
    report("dhub scheduler show, warm, offline: of Python's time", ours / theirs, "<0.01", f"{ours * 1e3:.1f} ms")


def bench_load(world):
    cache = warm(world)
    ours = json.loads(world.run(world.benchmarks, "load", cache, "org/model", "scheduler"))["median"]
    theirs = float(world.python(DIFFUSERS_LOAD, cache, "50"))
    report("fromPretrained in process: times as fast as diffusers", theirs / ours, ">10", f"{ours:.0f} µs")


def best_of(count, world, body):
    """The shortest time of several runs of `body` on an empty folder in memory, in seconds."""
    times = []
    for _ in range(count):
        folder = world.clear_memory()
        began = time.perf_counter()
        body(folder)
        times.append(time.perf_counter() - began)
    return min(times)


def bench_download(world):
    """In memory: to a disk we wait until the bytes are on it, which neither peer does, and the disk decides."""
    url = f"http://127.0.0.1:{PORT}/org/model/resolve/main/big.bin"
    bodies = {
        "curl": lambda folder: world.run("curl", "-s", "-o", f"{folder}/big.bin", url),
        "ours": lambda folder: world.run(world.dhub, "download", "org/model", "big.bin", "--cache-dir", folder),
        "huggingface_hub": lambda folder: world.python(HF_FILE, "big.bin", folder),
    }
    times = {name: best_of(3, world, body) for name, body in bodies.items()}
    rates = ", ".join(f"{name} {1024 / seconds:.0f} MiB/s" for name, seconds in times.items())
    report("1 GiB, verified: share of curl's rate", times["curl"] / times["ours"], ">0.7", rates)
    report("1 GiB, verified: times as fast as huggingface_hub", times["huggingface_hub"] / times["ours"], ">2")


def bench_slow(world):
    url = f"http://127.0.0.1:{SLOW_PORT}/org/model/resolve/main/slow.bin"
    slow = {"HF_ENDPOINT": f"http://127.0.0.1:{SLOW_PORT}"}
    curl = best(1, lambda: world.run("curl", "-s", "-o", "/dev/null", url))
    ours = best(1, lambda: world.run(
        world.dhub, "download", "org/model", "slow.bin", "--cache-dir", world.clear(), **slow))
    report("256 MiB, 20 MB/s a connection: times as fast as one", curl / ours, ">4", f"{256 / ours:.0f} MiB/s")


def bench_snapshot(world):
    ours = best_of(3, world, lambda folder: world.run(world.dhub, "download", "org/model", "--cache-dir", folder))
    theirs = best_of(2, world, lambda folder: world.python(HF_SNAPSHOT, folder))
    report("2,000 small files: times as fast as snapshot_download", theirs / ours, ">5", f"{ours:.2f} s")


def bench_list(world):
    cache = pathlib.Path(world.clear())
    for number in range(1000):
        folder = cache / f"models--org--model{number}"
        commit = f"{number:040x}"
        content = json.dumps(CONFIG | {"number": number}).encode()
        oid = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
        for name in ("blobs", "refs", f"snapshots/{commit}/scheduler"):
            (folder / name).mkdir(parents=True)
        (folder / "blobs" / oid).write_bytes(content)
        (folder / "refs" / "main").write_text(commit)
        (folder / "snapshots" / commit / "scheduler/scheduler_config.json").symlink_to(f"../../../blobs/{oid}")
    command = [world.dhub, "cache", "ls", "--cache-dir", str(cache)]
    world.run(*command)
    ours = best(10, lambda: world.run(*command))
    hf = os.path.join(os.path.dirname(PYTHON), "hf")
    theirs = best(2, lambda: world.run(hf, "cache", "ls", "--cache-dir", str(cache)))
    report("1,000 repositories listed: times as fast as hf cache ls", theirs / ours, ">20", f"{ours * 1e3:.0f} ms")
    report("1,000 repositories listed: ms", ours * 1e3, "<50")


def peak(world, *command):
    """The largest resident memory of a program, in MiB."""
    output = world.run("/usr/bin/env", PYTHON, "-c", """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
""", *command)
    return float(output)


def bench_memory(world):
    idle = peak(world, world.dhub, "env")
    busy = peak(world, world.dhub, "download", "org/model", "big.bin", "--cache-dir", world.clear())
    report("memory for 1 GiB, above an idle process: MiB", busy - idle, "<64", f"{busy:.0f} MiB in all")
    busy = peak(world, world.dhub, "download", "org/model", "--cache-dir", world.clear())
    report("memory for 2,000 files, above an idle process: MiB", busy - idle, "<64", f"{busy:.0f} MiB in all")


DIFFUSERS_STEPS = """
import json, sys, time, inspect, warnings
warnings.filterwarnings("ignore")
import torch, diffusers
torch.set_num_threads(1)
def steps(name, shape):
    # The time of a step in microseconds: the best of each index, in the mean; those at the ends of a run are of other orders.
    scheduler = getattr(diffusers, name)()
    output, sample = torch.randn(shape), torch.randn(shape)
    generator = torch.Generator().manual_seed(0)
    extra = {"generator": generator} if "generator" in inspect.signature(scheduler.step).parameters else {}
    best = {}
    for _ in range(20 if shape[0] == 1 else 6):
        scheduler.set_timesteps(50)
        x = sample
        for index, t in enumerate(scheduler.timesteps):
            began = time.perf_counter()
            x = scheduler.step(output, t, x, **extra).prev_sample
            elapsed = time.perf_counter() - began
            if 3 <= index < 47: best[index] = min(best.get(index, 1e9), elapsed * 1e6)
        # A class that builds a tree of noise takes seconds for a run.
        if sum(best.values()) > 1e6: break
    return sum(best.values()) / len(best)
for name in json.loads(sys.argv[1]):
    for shape in json.loads(sys.argv[2]):
        try:
            print(json.dumps({"name": name, "shape": shape, "time": steps(name, shape)}), flush=True)
        except Exception as error:
            # Classes whose steps take other arguments have no time here.
            print(json.dumps({"name": name, "shape": shape, "error": str(error)[:80]}), flush=True)
"""


def bench_steps(world):
    """Every class's step: against diffusers, against a copy of the bytes that it reads and writes, and what it allocates.

    Where diffusers takes less than five times as long as that copy, nobody can be five times as fast; such a row is held to
    one and a half copies instead, and says so."""
    ours, copy = {}, {}
    for line in map(json.loads, world.run(world.benchmarks, "steps").splitlines()):
        shape = tuple(line["shape"])
        if line["name"] == "copy":
            copy.setdefault(shape, []).append(line["minimum"] / 4)
        else:
            ours[line["name"], shape] = line
    copies = {key: line["tensors"] * sorted(copy[key[1]])[len(copy[key[1]]) // 2] for key, line in ours.items()}
    names = sorted({name for name, _ in ours})
    shapes = sorted({shape for _, shape in ours})
    output = world.python(DIFFUSERS_STEPS, json.dumps(names), json.dumps(shapes))
    theirs = {}
    for line in map(json.loads, output.splitlines()):
        if "time" in line:
            theirs[line["name"], tuple(line["shape"])] = line["time"]
    for key in sorted(ours):
        time, label = ours[key]["mean"], f"{key[0].removesuffix('Scheduler')} {list(key[1])}"
        share = time / copies[key]
        detail = f"{time:.0f} µs, a copy {copies[key]:.0f} µs"
        if key in theirs:
            fastest = theirs[key] / copies[key]
            if fastest < 5:
                report(f"{label}: copies", share, "<1.5", f"a copy is {fastest:.1f}, we {theirs[key] / time:.1f} times as fast")
            else:
                report(f"{label}: times as fast", theirs[key] / time, ">5", detail)
        if ours[key]["linear"] and not (key in theirs and fastest < 5):
            report(f"{label}: copies", share, "<1.5", detail)
        if ours[key]["allocations"] >= 0:
            report(f"{label}: allocations of a step in place", ours[key]["allocations"], "<1")


def bench_serve(world):
    bench_serving.measure(world, PORT, report)


SECTIONS = {name[6:]: body for name, body in list(globals().items()) if name.startswith("bench_")}


def main():
    world = World(sys.argv[1])
    names = sys.argv[2:] or list(SECTIONS)
    try:
        if set(names) - {"list", "steps"}:
            world.make_hub()
        for name in names:
            SECTIONS[name](world)
    finally:
        world.stop()
    print(f"{sum(results)} of {len(results)} bars met")


main()
