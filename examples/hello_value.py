"""Teaches: what a `Value` is. One neuron, a = sigmoid(w x + b), its gradients, and the chain rule behind them.

Run it: `python examples/hello_value.py`
"""

from pathlib import Path

import tinygrad_act as ta


def main() -> dict[str, ta.Value]:
    """Compute one neuron forward, then backward, and look at everything on the way."""
    x, w, b = ta.Value(2.0, "x"), ta.Value(-0.5, "w"), ta.Value(1.5, "b")
    z = w * x + b  # pre-activation: every operation makes a new Value that remembers its inputs
    a = ta.sigmoid(z)  # output
    z.label, a.label = "z", "a"
    a.backward()  # now every Value knows da / d(itself), as its .grad

    print("name    value   gradient da/d(name)")
    for v in (x, w, b, z, a):
        print(f"{v.label:<4} {v.data:>8.4f} {v.grad:>10.4f}")

    sigmoid = a.op  # the operation that made a; its derivative rule is part of it
    da_dz = sigmoid.rules[0](a.data, z.data)
    dz_dw = x.data
    print("\nthe chain rule from a back to w, one local derivative after the other:")
    print(f"  da/dz = {sigmoid.derivative} = {a.data:.4f} * (1 - {a.data:.4f}) = {da_dz:.4f}")
    print(f"  dz/dw = x = {dz_dw:.4f}")
    print(f"  da/dw = da/dz * dz/dw = {da_dz * dz_dw:.4f}, and w.grad = {w.grad:.4f}")

    Path("out").mkdir(exist_ok=True)
    print(f"\nthe graph, to be opened with Graphviz: {ta.draw(a).save('out/hello_value.dot')}")
    return {"x": x, "w": w, "b": b, "z": z, "a": a}


if __name__ == "__main__":
    main()
