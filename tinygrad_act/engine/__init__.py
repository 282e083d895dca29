"""`Value`, recording, the backward pass, transforms."""
