"""Files are written whole or not at all: a full disk, a kill or an error leaves what was there."""

from __future__ import annotations

import ast
import errno
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile
import threading

import numpy as np
import pytest

import tinygrad_act as ta
from tinygrad_act.__main__ import main
from tinygrad_act.cli import table
from tinygrad_act.core import saving
from tinygrad_act.show.graph import show

PACKAGE = pathlib.Path(ta.__file__).parent
posix = pytest.mark.skipif(os.name == "nt", reason="permissions, links and pipes as POSIX has them")
MARKED = f"before\n{table.START}\nold\n{table.END}\nafter\n"


def compiled():
    f = ta.compile(lambda x: ta.tanh(x) * 2.0)
    f(np.ones(3))
    return f


def graph():
    return ta.draw(ta.sigmoid(ta.Value(0.5, label="w") * 2.0))


def neuron(z):
    return ta.sigmoid(z) * z


WRITERS = {
    "drawing.svg": lambda path: graph().save(path),
    "drawing.html": lambda path: graph().save(path),
    "drawing.dot": lambda path: graph().save(path),
    "drawing.json": lambda path: graph().save(path),
    "card.svg": lambda path: ta.card("gelu").save(path),
    "card.md": lambda path: ta.card("gelu").save(path),
    "sheet.html": lambda path: ta.sheet(["gelu", "relu"]).save(path),
    "report.svg": lambda path: ta.activation(neuron).report.save(path),
    "report.txt": lambda path: ta.activation(neuron).report.save(path),
    "program.py": lambda path: compiled().program.save(path),
    "compiled.py": lambda path: compiled().save(path),
    "README.md": lambda path: table.write_into(path),
    "INTO.md": lambda path: main(["table", str(path)]),
}
"""Whatever writes a file, by the file's name."""


def raise_full(*args):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def raise_interrupt(*args):
    raise KeyboardInterrupt


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("where", ["fsync", "replace"])
@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_leaves_the_old_file_and_nothing_else(name, where, tmp_path, monkeypatch, capsys):
    path = tmp_path / name
    path.write_text(MARKED)
    calls = []
    monkeypatch.setattr(os, where, lambda *args: calls.append(where) or raise_full())
    if name == "INTO.md":
        assert main(["table", str(path)])
        assert "No space left on device" in capsys.readouterr().err
    else:
        with pytest.raises(OSError, match="No space left") as caught:
            WRITERS[name](path)
        assert str(caught.value.filename) == str(path)
    assert calls, "nothing was written beside: the test did not see the write"
    monkeypatch.undo()
    assert path.read_text() == MARKED
    assert list(tmp_path.iterdir()) == [path]
    WRITERS[name](path)
    assert path.read_text() != MARKED
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("failure", [raise_full, raise_interrupt, lambda *args: sys.exit(3)])
def test_an_error_in_the_middle_of_the_write(failure, tmp_path, monkeypatch):
    path = tmp_path / "x.txt"
    path.write_text("old")
    halves = []

    class Half:
        """A file that takes half of what it is given."""

        def __init__(self, file, mode):
            self.file = os.fdopen(file, mode)

        def __enter__(self):
            return self

        def __exit__(self, *error):
            self.file.close()

        def write(self, data):
            self.file.write(data[: len(data) // 2])
            self.file.flush()
            halves.extend(x.stat().st_size for x in tmp_path.iterdir() if x.name.endswith(".part"))
            failure()

    monkeypatch.setattr(saving, "open", Half, raising=False)
    with pytest.raises((OSError, KeyboardInterrupt, SystemExit)):
        saving.write(path, "n" * 1000)
    assert halves == [500]
    assert path.read_text() == "old"
    with pytest.raises((OSError, KeyboardInterrupt, SystemExit)):
        saving.write(tmp_path / "new.txt", "n" * 1000)
    assert list(tmp_path.iterdir()) == [path]


@posix
def test_a_process_killed_in_the_middle_leaves_the_old_file(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("old")
    code = (
        "import os, signal, sys\nfrom tinygrad_act.core import saving\n"
        "os.fsync = lambda file: os.kill(os.getpid(), signal.SIGKILL)\n"
        "saving.write(sys.argv[1], 'new' * 1000)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False, cwd=PACKAGE.parent)
    assert done.returncode == -9
    assert path.read_text() == "old"
    assert sorted(x.suffix for x in tmp_path.iterdir()) == [".part", ".txt"]
    saving.write(path, "newer")
    assert path.read_text() == "newer"


@posix
def test_a_disk_that_is_really_full():
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    with pytest.raises(OSError, match="No space left") as caught:
        saving.write("/dev/full", "x")
    assert caught.value.filename == "/dev/full"
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


@posix
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o664])
def test_permissions_stay(mode, tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("old")
    path.chmod(mode)
    saving.write(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert path.read_text() == "new"


@posix
def test_a_new_file_has_the_permissions_that_open_gives(tmp_path):
    old = os.umask(0o027)
    try:
        saving.write(tmp_path / "x.txt", "new")
        (tmp_path / "y.txt").write_text("new")
    finally:
        os.umask(old)
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("x.txt", "y.txt")] == [0o640, 0o640]


@posix
def test_links_are_followed(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    real, link, dangling = tmp_path / "a" / "x.txt", tmp_path / "b" / "link.txt", tmp_path / "b" / "dangling.txt"
    real.write_text("old")
    link.symlink_to(real)
    dangling.symlink_to("../a/y.txt")
    saving.write(link, "new")
    saving.write(dangling, "new")
    assert link.is_symlink()
    assert dangling.is_symlink()
    assert real.read_text() == (tmp_path / "a" / "y.txt").read_text() == "new"
    assert sorted(x.name for x in tmp_path.rglob("*")) == ["a", "b", "dangling.txt", "link.txt", "x.txt", "y.txt"]


@posix
def test_what_is_no_plain_file_is_written_to_and_stays(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    saving.write(pipe, "through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    saving.write(os.devnull, "x")
    assert not stat.S_ISREG(os.stat(os.devnull).st_mode)


@posix
@pytest.mark.parametrize("old", ["old", None])
def test_without_permission(old):
    """A file that may not be written is refused, as `open` does; a folder that takes no new files is no hindrance
    for a file that may."""
    code = """
import os, sys
from tinygrad_act.core import saving
path, how = sys.argv[1:]
if os.getuid() == 0:
    os.chown(path, 65534, 65534) if os.path.exists(path) else None
    os.chown(os.path.dirname(path), 65534, 65534)
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
file, folder = {"file": (0o444, 0o755), "folder": (0o644, 0o555)}[how]
os.chmod(path, file) if os.path.exists(path) else None
os.chmod(os.path.dirname(path), folder)
def tried(write):
    try:
        write()
        return "written"
    except OSError as error:
        return f"{type(error).__name__} {error}"
print(tried(lambda: saving.write(path, "new")))
print(tried(lambda: open(path, "w").close()))
print(os.listdir(os.path.dirname(path)))
"""
    for how in ("file", "folder"):
        folder = pathlib.Path(tempfile.mkdtemp())  # other users can't look into pytest's
        path = folder / "x.txt"
        if old:
            path.write_text(old)
        command = [sys.executable, "-c", code, str(path), how]
        done = subprocess.run(command, check=False, cwd=PACKAGE.parent, capture_output=True, text=True)
        folder.chmod(0o755)
        shutil.rmtree(folder)
        if not done.stdout:
            pytest.skip(f"no other user to be here: {done.stderr[-200:]}")
        mine, theirs, left = done.stdout.splitlines()
        assert mine == theirs
        assert left in ("['x.txt']", "[]")


@pytest.mark.parametrize("make", [lambda folder: folder / "no" / "x.txt", lambda folder: folder])
def test_the_message_names_the_path_as_it_was_given(make, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path.parent)
    path = make(pathlib.Path(tmp_path.name))
    with pytest.raises(OSError) as expected, open(path, "wb"):
        pass
    for given in (path, str(path)):
        with pytest.raises(type(expected.value)) as caught:
            saving.write(given, "x")
        assert str(caught.value) == str(expected.value)
    assert not list(tmp_path.iterdir())


def test_text_that_has_no_bytes_leaves_the_old_file(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        saving.write(path, "\ud800")
    assert path.read_text() == "old"


def test_names_as_long_as_they_may_be_and_names_in_bytes(tmp_path):
    path = tmp_path / f"{'x' * 240}.txt"
    saving.write(path, "new")
    saving.write(os.fsencode(tmp_path / "é.txt"), "new")
    assert path.read_text() == (tmp_path / "é.txt").read_text() == "new"
    assert len(list(tmp_path.iterdir())) == 2


def test_many_at_once_leave_one_whole_file(tmp_path):
    path = tmp_path / "x.txt"
    texts = [str(i) * 100_000 for i in range(8)]
    threads = [threading.Thread(target=lambda x=x: [saving.write(path, x) for _ in range(5)]) for x in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_text() in texts
    assert list(tmp_path.iterdir()) == [path]


def test_a_table_keeps_the_ends_of_lines(tmp_path):
    path = tmp_path / "README.md"
    path.write_bytes(MARKED.replace("\n", "\r\n").encode())
    assert table.write_into(path)
    content = path.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n") > 50
    assert not table.write_into(path)


def test_a_page_that_cannot_be_written_for_the_browser_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("webbrowser.open", lambda url: True)
    show.show_page("<p>page</p>")
    (page,) = tmp_path.iterdir()
    assert page.read_text() == "<p>page</p>"
    page.unlink()
    monkeypatch.setattr(os, "fsync", raise_full)
    with pytest.raises(OSError, match="No space left"):
        show.show_page("<p>page</p>")
    assert not list(tmp_path.iterdir())


def test_nothing_else_in_the_package_writes_a_file():
    """All go through `saving.write`: a file that is opened elsewhere is opened for reading."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if path == PACKAGE / "core" / "saving.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            words = {word.arg: word.value for word in node.keywords}
            mode = node.args[1] if len(node.args) > 1 else words.get("mode", ast.Constant("r"))
            assert name.rpartition(".")[2] not in (
                "write_text", "write_bytes", "NamedTemporaryFile", "tofile", "savetxt", "savez", "savez_compressed",
            ), f"{path.name}:{node.lineno}"  # fmt: skip
            assert name not in ("np.save", "os.fdopen", "shutil.copy", "shutil.copyfile", "os.rename", "os.replace")
            if name in ("open", "io.open", "codecs.open"):
                assert isinstance(mode, ast.Constant), f"{path.name}:{node.lineno}"
                assert set(mode.value) <= set("rbt"), f"{path.name}:{node.lineno} writes: call saving.write"
