"""A program as a module of its own, which imports only NumPy, and SciPy where an operation's body calls it.

`module` writes the module, `definitions` what its lines call, each thing once, `operations` the operations among them,
`constants` what is data; `sources` takes functions out of their files. `alone` is what such a module has beside the
package's own functions.
"""

from .module import module_text

__all__ = ["module_text"]
