"""The interactive page: a picture whose forward and backward pass can be stepped through.

`sentences` says in words and numbers what one operation does, `steps` puts the steps in order as
plain data, `writing` makes one HTML file of the picture, the steps, `page.css` and `page.js`.
"""

from .writing import write_frame, write_page

__all__ = ["write_frame", "write_page"]
