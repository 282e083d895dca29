"""Every formula in a picture, read back, gives the number that stands beside it, whatever things are called."""

from __future__ import annotations

import math
import re

import pytest

from tinygrad_act import draw
from tinygrad_act.show.graph.page.contents import contents

from ..printed import LETTERS, called, hold, in_text, is_cut, labels_for, meanings, node_of, point, scalar_ops

OPS = [pytest.param(op, static, id=f"{op.name}-{number}") for number, (op, static) in enumerate(scalar_ops())]


def check_picture(node):
    """The pills, the table, the JSON and the page of one operation on numbers."""
    drawing = draw(node, names={}, collapse="none")
    names = meanings(node, called([node]))
    for edge, equation, at in in_text(drawing):
        if not edge["symbol"] or not edge["local"] or is_cut(equation):
            continue
        exact = edge["numbers"]["local"]["low"]
        hold(equation, names, exact)
        for letter, shown in at.items():
            hold(f"{letter} = {shown}", names)
    for _, _, text in contents(drawing.snapshot)["edges"]:
        if " = " in text and not is_cut(text):
            hold(re.split(r" at |, kink", text.split(" = ", 1)[1])[0] if "at a tie" not in text else "1 = 1", names)


@pytest.mark.parametrize(("op", "static"), OPS)
def test_every_operation_with_labels_that_collide_with_its_letters(op, static):
    for turn in range(len(LETTERS)):
        node = node_of(op, static, point(op, static, turn % 5), labels_for(len(op.inputs), turn))
        if math.isfinite(node.data):
            check_picture(node)
