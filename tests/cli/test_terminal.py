"""The command line on terminals that can't encode everything, into pipes that close, and interrupted."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
from typing import NamedTuple

import pytest

import tinygrad_act as ta
from tinygrad_act.__main__ import main

COMMANDS = {
    "list": ["list"],
    "activations": ["list", "--activations"],
    "card": ["card", "gelu"],
    "card of softmax": ["card", "softmax"],
    "markdown": ["card", "elu", "--markdown"],
    "compare": ["compare", "leaky_relu"],
    "check": ["check", "relu", "tanh"],
    "draw": ["draw", "z = w*x + b; a = sigmoid(z)", "w=0.5", "x=3", "b=-0.5"],
    "draw arrays": ["draw", "--no-backward", "softmax(tanh(X @ W))", "X=[[1, 2], [3, 4]]", "W=[[1, 2], [3, 4]]"],
    "help": ["--help"],
    "draw help": ["draw", "--help"],
}
JSON = {
    "list": ["list", "--json"],
    "card": ["card", "elu", "--json"],
    "compare": ["compare", "hard_tanh", "--json"],
    "check": ["check", "relu", "--json"],
    "draw": ["draw", "sigmoid(w*x)", "w=0.5", "x=3", "--json"],
}
ENCODINGS = ("cp1252", "ascii", "latin-1", "cp437", "koi8-r")


def environment(**more):
    path = str(pathlib.Path(ta.__file__).parent.parent)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**inherited, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", **more}


class Done(NamedTuple):
    """How a command ended, and the bytes that it wrote."""

    returncode: int
    stdout: bytes
    stderr: bytes


def run(words, encoding):
    """One command on a terminal of this encoding."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main(words)
        except SystemExit as ended:  # argparse, after its help
            status = ended.code
        out.flush()
        err.flush()
    assert out.errors == "strict", "as it was before"
    return Done(status, out.buffer.getvalue(), err.buffer.getvalue())


def process_of(words, **more):
    command = [sys.executable, "-m", "tinygrad_act", *words]
    return subprocess.run(command, capture_output=True, env=environment(**more), check=False)


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS.keys())
def test_every_command_prints_where_little_can_be_encoded(words):
    whole = run(words, "utf-8")
    assert whole.returncode == 0
    for encoding in ENCODINGS[:2]:
        done = run(words, encoding)
        assert (done.returncode, done.stderr) == (0, b"")
        assert len(done.stdout.decode(encoding).splitlines()) == len(whole.stdout.decode("utf-8").splitlines())


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_signs_are_spelled(encoding):
    facts = run(COMMANDS["card"], encoding).stdout.decode(encoding)
    assert ("(-∞, ∞)" if encoding == "cp437" else "(-inf, inf)") in facts
    drawn = run(COMMANDS["draw"], encoding).stdout.decode(encoding)
    assert ("σ" if encoding == "cp437" else "sigma") in drawn
    assert "<- w: d/dw = x = 3" in drawn
    assert "\\u" not in drawn


@pytest.mark.parametrize("words", JSON.values(), ids=JSON.keys())
def test_json_says_the_same_in_every_encoding(words):
    said = [json.loads(run(words, encoding).stdout.decode(encoding)) for encoding in ("utf-8", "ascii")]
    assert said[0] == said[1]


def test_json_escapes_whatever_a_label_holds(scratch):
    @ta.elementwise(dz=1.0, reference="Müller ∞ 🎉 \x9f")
    def mine(z):
        """a = z"""
        return z + 0

    for encoding in ENCODINGS:
        said = json.loads(run(["card", "mine", "--json"], encoding).stdout.decode(encoding))
        assert said["reference"] == "Müller ∞ 🎉 \x9f"


def test_letters_of_another_alphabet_are_escaped_in_messages_and_files_keep_them(tmp_path):
    done = run(["card", "gelü"], "ascii")
    assert (done.returncode, b"'gel\\u00fc'" in done.stderr) == (2, True)
    path = tmp_path / "gelu.txt"
    assert run(["card", "gelu", "-o", str(path)], "ascii").returncode == 0
    assert "∞" in path.read_text(encoding="utf-8")


def test_a_script_can_have_it_too():
    code = "import sys, tinygrad_act as ta; sys.stdout.reconfigure(errors='tinygrad_act'); print(ta.card('gelu'))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, env=environment(PYTHONIOENCODING="cp1252"), check=False)
    assert (done.returncode, b"(-inf, inf)" in done.stdout) == (0, True)


@pytest.mark.skipif(os.name != "posix", reason="the C locale")
def test_in_the_c_locale():
    plain = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = process_of(COMMANDS["draw"], **plain)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"d/dw" in done.stdout
    done = process_of(COMMANDS["card"], PYTHONIOENCODING="cp1252")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"(-inf, inf)" in done.stdout
    assert process_of([os.fsencode("card"), b"\xff"], **plain).stderr.startswith(b"card: no operation named")


def lines_of(words, count):
    """The process, and its first lines with the seconds at which they came."""
    command = [sys.executable, "-m", "tinygrad_act", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    start = time.monotonic()
    return process, [(process.stdout.readline().decode(), time.monotonic() - start) for _ in range(count)]


SLOW = """
import time
from tinygrad_act.cli import main as program
check = program.everything.check_op
def slow(op):
    time.sleep({wait})
    return check(op)
program.everything.check_op = slow
program.main(["check", "relu", "tanh", "exp"]) and None
"""


def test_check_prints_every_line_as_soon_as_it_is_known():
    command = [sys.executable, "-c", SLOW.format(wait=0.4)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment()) as process:
        times = []
        for word in ("operation", "relu", "tanh", "exp"):
            assert process.stdout.readline().decode().startswith(word)
            times.append(time.monotonic())
        assert process.stdout.read() == b""
    assert process.returncode == 0
    assert min(later - sooner for sooner, later in itertools.pairwise(times)) > 0.2, "they come one by one"


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_stops_it_without_a_traceback():
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys\n" + SLOW.format(wait=30).replace("and None", "").replace(
            "program.main(", "sys.exit(program.main(").rstrip() + ")\n"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
    )  # fmt: skip
    assert process.stdout.readline().startswith(b"operation")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, b"", b"")


@pytest.mark.skipif(os.name != "posix", reason="pipes and file descriptors")
def test_a_pipe_that_closes_and_an_output_that_is_closed():
    process, [(first, _)] = lines_of(["list"], 1)
    assert first.startswith("operation")
    process.stdout.close()
    assert (process.wait(), process.stderr.read()) == (1, b"") or process.returncode == 0
    process.stderr.close()
    process, _ = lines_of(["check", "all"], 1)
    process.stdout.close()
    assert (process.wait(), process.stderr.read()) == (1, b"")
    process.stderr.close()
    for words, status in ((["list"], 0), (["check", "relu"], 0), (["card", "nothing"], 2)):
        command = f"exec {sys.executable} -m tinygrad_act {' '.join(words)} >&-"
        done = subprocess.run(["sh", "-c", command], capture_output=True, env=environment(), check=False)
        assert (done.returncode, b"Traceback" in done.stderr) == (status, False)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a full device")
def test_a_full_disk_behind_the_output_is_a_message():
    for words in (["list"], ["check", "relu"]):
        command = f"{sys.executable} -m tinygrad_act {' '.join(words)} > /dev/full"
        done = subprocess.run(["sh", "-c", command], capture_output=True, env=environment(), check=False)
        assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
        assert b"No space left" in done.stderr
