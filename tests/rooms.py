"""The list of files in each room's README, made from the files: `python -m tests.rooms` writes them.

The order is one to read in: what a file needs stands before it, and folders stay together.
"""

from __future__ import annotations

from tinygrad_act.core.saving import put_between

from .house import FILES, PACKAGE, ROOMS, imports_of

__all__ = ["END", "START", "listed"]

START, END = "<!-- files: start -->", "<!-- files: end -->"


def depth_of(files):
    """How many files of the same room stand below each."""
    below = {file.parts: {x.parts for x in imports_of(file) if x.room == file.room} - {file.parts} for file in files}
    depth, left = {}, dict(below)
    while left:
        free = [parts for parts, needs in left.items() if not needs & left.keys()] or list(left)
        for parts in free:
            depth[parts] = max((depth[x] for x in below[parts] if x in depth), default=-1) + 1
            del left[parts]
    return depth


def listed(room):
    """A Markdown table for a room, or one for each of its folders."""
    files = [file for file in FILES if file.room == room and len(file.parts) > 1]
    depth = depth_of(files)
    folders = {}
    for file in sorted(files, key=lambda file: (depth[file.parts], file.parts)):
        folders.setdefault(file.parts[:-1], []).append(file)
    tables = []
    for folder, inside in sorted(folders.items(), key=lambda item: item[0]):
        title = "/".join(folder[1:]) + "/" if len(folder) > 1 else "file"
        head = next((file.says for file in inside if file.parts[-1] == "__init__"), "")
        rows = [f"| `{file.parts[-1]}.py` | {escaped(file.says)} |" for file in inside if file.parts[-1] != "__init__"]
        if rows:
            tables.append("\n".join([f"| `{title}` | {escaped(head)} |", "|---|---|", *rows]))
    return "\n\n".join(tables)


def escaped(text):
    return text.replace("|", "\\|")


if __name__ == "__main__":
    for room in ROOMS:
        path = PACKAGE / room / "README.md"
        print(f"{path}: {'written' if put_between(path, START, END, listed(room)) else 'up to date'}")
