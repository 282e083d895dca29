"""The interactive page: a picture whose forward and backward pass can be stepped through.

`sentences` says in words and numbers what one operation does, `steps` puts the steps in order as
plain data, `contents` spells them for the script, and `writing` makes one HTML file of all of it.
"""

from .writing import write_frame, write_page

__all__ = ["write_frame", "write_page"]
