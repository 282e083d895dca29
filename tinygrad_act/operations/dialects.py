"""What other frameworks call each operation, and in what they differ: at its kinks, in defaults, or altogether.

A name alone says that theirs is the same. `theirs(name, at_kink=...)` says which slope it takes at the kinks, in the
words of `at_kink`; `instead=` which operation here it computes, if another one; `threshold=20.0` a default that
differs. An operation of this package finds its row by its name when it is declared; one of yours is given
`elsewhere=`. From here `dialect`, `compare`, the cards and the tests against the installed frameworks know it.
"""

from __future__ import annotations

from ..core.facts import ELSEWHERE, Theirs, theirs

__all__ = ["TABLE"]

TABLE: dict[str, dict[str, str | Theirs]] = {
    # arithmetic.py
    "abs": {
        "torch": "abs", "jax": theirs("numpy.abs", at_kink="right"), "keras": "ops.abs", "tensorflow": "abs",
        "onnx": "Abs",
    },
    "sign": {"torch": "sign", "jax": "numpy.sign", "keras": "ops.sign", "tensorflow": "sign", "onnx": "Sign"},
    "maximum": {
        "torch": "maximum", "jax": "numpy.maximum", "keras": theirs("ops.maximum", at_kink=1.0),
        "tensorflow": theirs("maximum", at_kink=1.0), "onnx": "Max",
    },
    "minimum": {
        "torch": "minimum", "jax": "numpy.minimum", "keras": theirs("ops.minimum", at_kink=1.0),
        "tensorflow": theirs("minimum", at_kink=1.0), "onnx": "Min",
    },
    "clip": {
        "torch": "clamp", "jax": theirs("numpy.clip", at_kink="mean"), "keras": "ops.clip",
        "tensorflow": "clip_by_value", "onnx": "Clip",
    },
    # elementary.py
    "exp": {"torch": "exp", "jax": "numpy.exp", "keras": "activations.exponential", "tensorflow": "exp", "onnx": "Exp"},
    "tanh": {"torch": "tanh", "jax": "numpy.tanh", "keras": "ops.tanh", "tensorflow": "tanh", "onnx": "Tanh"},
    # activations.py
    "identity": {"torch": "nn.Identity", "jax": "nn.identity", "keras": "activations.linear", "onnx": "Identity"},
    "sigmoid": {
        "torch": "F.sigmoid", "jax": "nn.sigmoid", "keras": "ops.sigmoid", "tensorflow": "nn.sigmoid",
        "onnx": "Sigmoid",
    },
    "relu": {
        "torch": theirs("F.relu", at_kink="left"), "jax": theirs("nn.relu", at_kink="left"),
        "keras": theirs("ops.relu", at_kink="left"), "tensorflow": theirs("nn.relu", at_kink="left"), "onnx": "Relu",
    },
    "leaky_relu": {
        "torch": theirs("F.leaky_relu", at_kink="left"), "jax": "nn.leaky_relu",
        "keras": theirs("ops.leaky_relu", at_kink="left", slope=0.2, note="the layer LeakyReLU has slope 0.3"),
        "tensorflow": theirs("nn.leaky_relu", at_kink="left", slope=0.2), "onnx": "LeakyRelu",
    },
    "softplus": {
        "torch": theirs("F.softplus", threshold=20.0, note="a step of 2e-9 where beta * z is 20"),
        "jax": theirs("nn.softplus", note="no beta"), "keras": theirs("ops.softplus", note="no beta"),
        "tensorflow": theirs("nn.softplus", note="no beta"), "onnx": theirs("Softplus", note="no beta"),
    },
    # gates.py
    "silu": {
        "torch": "F.silu", "jax": "nn.silu", "keras": "ops.silu",
        "tensorflow": theirs("nn.silu", note="beta can be set"), "onnx": theirs("Swish", note="alpha can be set"),
    },
    "gelu": {
        "torch": "F.gelu", "jax": theirs("nn.gelu", instead="gelu_tanh", note="exact with approximate=False"),
        "keras": theirs(
            "ops.gelu", instead="gelu_tanh", note="exact with approximate=False; activations.gelu is exact"
        ),
        "tensorflow": "nn.gelu", "onnx": "Gelu",
    },
    "gelu_tanh": {
        "torch": theirs("F.gelu", note='approximate="tanh"'),
        "jax": theirs("nn.gelu", note="approximate=True, which is the default"),
        "keras": theirs("ops.gelu", note="approximate=True, which is the default"),
        "tensorflow": theirs("nn.gelu", note="approximate=True"), "onnx": theirs("Gelu", note='approximate="tanh"'),
    },
    "mish": {"torch": "F.mish", "jax": "nn.mish", "keras": "activations.mish", "onnx": "Mish"},
    # gated_pairs.py
    "glu": {"torch": "F.glu", "jax": "nn.glu", "keras": "ops.glu"},
    "crelu": {"tensorflow": "nn.crelu"},
    # softmaxes.py
    "hardmax": {"onnx": "Hardmax"},
    "softmax": {
        "torch": theirs("F.softmax", note="without dim it guesses the axis, and warns"), "jax": "nn.softmax",
        "keras": "ops.softmax", "tensorflow": "nn.softmax", "onnx": "Softmax",
    },
    "softmin": {"torch": "F.softmin"},
    "log_softmax": {
        "torch": theirs("F.log_softmax", note="without dim it guesses the axis, and warns"), "jax": "nn.log_softmax",
        "keras": "ops.log_softmax", "tensorflow": "nn.log_softmax", "onnx": "LogSoftmax",
    },
    "softmax2d": {"torch": "nn.Softmax2d"},
    "sparsemax": {"keras": "activations.sparsemax"},
    "gumbel_softmax": {
        "torch": theirs("F.gumbel_softmax", note="draws from the global state; hard=True is straight-through"),
    },
    # log_exp.py
    "logsumexp": {
        "torch": "logsumexp", "jax": "nn.logsumexp", "keras": "ops.logsumexp", "tensorflow": "reduce_logsumexp",
        "onnx": "ReduceLogSumExp",
    },
    "logmeanexp": {"jax": "nn.logmeanexp"},
    "log1mexp": {"jax": "nn.log1mexp"},
    # losses.py
    "bce_with_logits": {
        "torch": theirs("F.binary_cross_entropy_with_logits", note="takes the mean of all entries"),
        "tensorflow": "nn.sigmoid_cross_entropy_with_logits",
    },
    "softmax_cross_entropy": {
        "torch": theirs("F.cross_entropy", note="takes the mean over the rows"),
        "tensorflow": "nn.softmax_cross_entropy_with_logits",
    },
    # steps.py
    "stop_gradient": {
        "torch": "Tensor.detach", "jax": "lax.stop_gradient", "keras": "ops.stop_gradient",
        "tensorflow": "stop_gradient",
    },
    "step": {"torch": theirs("heaviside", note="its value at 0 is an argument"), "jax": "numpy.heaviside"},
    # parametric.py
    "affine": {"onnx": theirs("Affine", note="of its recurrent layers; alpha and beta have no default")},
    "prelu": {
        "torch": theirs("F.prelu", at_kink="left", note="slope starts at 0.25"),
        "keras": theirs("layers.PReLU", at_kink=0.0, note="slope starts at 0"), "onnx": "PRelu",
    },
    "swish_beta": {
        "tensorflow": theirs("nn.silu", note="beta is its second argument"),
        "onnx": theirs("Swish", note="beta is its attribute alpha"),
    },
    "rrelu": {"torch": theirs("F.rrelu", at_kink="left")},
    "general_relu": {
        "keras": theirs("activations.relu", at_kink="min_norm", note="max_value None stands for infinity"),
    },
    # rectifiers.py
    "relu6": {
        "torch": theirs("F.relu6", at_kink="min_norm"), "jax": theirs("nn.relu6", at_kink="min_norm"),
        "keras": theirs("ops.relu6", at_kink="min_norm"), "tensorflow": theirs("nn.relu6", at_kink="min_norm"),
    },
    "elu": {
        "torch": theirs("F.elu", at_kink="left"), "jax": theirs("nn.elu", at_kink="left"),
        "keras": theirs("ops.elu", at_kink="left"), "tensorflow": theirs("nn.elu", note="no alpha"), "onnx": "Elu",
    },
    "celu": {
        "torch": "F.celu", "jax": "nn.celu", "keras": theirs("ops.celu", note="its slope at 0 is 2 on TensorFlow"),
        "onnx": "Celu",
    },
    "selu": {
        "torch": theirs("F.selu", at_kink="left"), "jax": theirs("nn.selu", at_kink="left"), "keras": "ops.selu",
        "tensorflow": "nn.selu",
        "onnx": theirs("Selu", note="its two numbers are rounded to float32: 1.05070102, 1.67326319"),
    },
    "squareplus": {"jax": "nn.squareplus", "keras": "ops.squareplus"},
    "sparse_plus": {"jax": "nn.sparse_plus", "keras": "ops.sparse_plus"},
    "hard_swish": {
        "torch": theirs("F.hardswish", at_kink="min_norm", note="up to 2.6 the slopes at its kinks were -0.5 and 1.5"),
        "jax": theirs("nn.hard_swish", at_kink="min_norm"), "keras": theirs("ops.hard_silu", at_kink="min_norm"),
        "onnx": "HardSwish",
    },
    # shrinks.py
    "hard_shrink": {"torch": "F.hardshrink", "keras": "ops.hard_shrink"},
    "soft_shrink": {
        "torch": theirs("F.softshrink", at_kink="min_norm"), "keras": theirs("ops.soft_shrink", at_kink="min_norm"),
    },
    "shrink": {"onnx": "Shrink"},
    "thresholded_relu": {"onnx": "ThresholdedRelu"},
    "threshold": {"torch": "F.threshold", "keras": "ops.threshold"},
    # squashers.py
    "log_sigmoid": {
        "torch": "F.logsigmoid", "jax": "nn.log_sigmoid", "keras": "ops.log_sigmoid", "tensorflow": "math.log_sigmoid",
    },
    "logit": {"torch": "logit", "jax": "scipy.special.logit"},
    "hard_sigmoid": {
        "torch": theirs("F.hardsigmoid", at_kink="min_norm"), "jax": theirs("nn.hard_sigmoid", at_kink="min_norm"),
        "keras": theirs("ops.hard_sigmoid", at_kink="min_norm", note="alpha was 0.2 in Keras 2"),
        "onnx": theirs("HardSigmoid", alpha=0.2),
    },
    "sparse_sigmoid": {
        "jax": theirs("nn.sparse_sigmoid", at_kink="mean"),
        "keras": theirs("ops.sparse_sigmoid", at_kink="min_norm", note="on JAX its slope at both kinks is 0.25"),
    },
    "hard_tanh": {
        "torch": theirs("F.hardtanh", at_kink="min_norm"), "jax": theirs("nn.hard_tanh", note="no min and max"),
        "keras": theirs("ops.hard_tanh", note="no min and max; on PyTorch its slope at both kinks is 0"),
    },
    "scaled_tanh": {"onnx": theirs("ScaledTanh", note="of its recurrent layers; alpha and beta have no default")},
    "soft_sign": {
        "torch": "F.softsign", "jax": "nn.soft_sign", "keras": "ops.soft_sign", "tensorflow": "nn.softsign",
        "onnx": "Softsign",
    },
    "tanh_shrink": {"torch": "F.tanhshrink", "keras": "ops.tanh_shrink"},
}  # fmt: skip

ELSEWHERE.update({
    name: {framework: theirs(x) if isinstance(x, str) else x for framework, x in row.items()}
    for name, row in TABLE.items()
})  # fmt: skip
