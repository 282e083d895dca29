"""A picture as a page of its own: one file that loads nothing and runs nothing."""

from __future__ import annotations

from ...core.shown import escape
from .colours import DARK, LIGHT
from .metrics import MONO, SANS
from .writing import Theme

__all__ = ["page"]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(svg: str, *, title: str, text: str = "", theme: Theme = "auto") -> str:
    """An HTML page with the picture, and with `text`, in which line ends count, below it."""
    below = f"<pre>{escape(text)}</pre>\n" if text else ""
    scheme = "light dark" if theme == "auto" else theme
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="{scheme}">\n<style>{_style(theme)}</style>\n</head>\n'
        f"<body>\n<main>\n{svg}{below}</main>\n</body>\n</html>\n"
    )


def _style(theme: Theme) -> str:
    rules = (
        f"body{{margin:16px;{_ink(DARK if theme == 'dark' else LIGHT)};font-family:{SANS}}}"
        f"pre{{font:13px/1.5 {MONO};white-space:pre-wrap;overflow-wrap:anywhere}}"
    )
    if theme == "auto":
        rules += f"@media (prefers-color-scheme:dark){{body{{{_ink(DARK)}}}}}"
    return rules


def _ink(colours: dict[str, str]) -> str:
    return f"background:{colours['background']};color:{colours['text']}"
