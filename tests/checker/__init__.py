"""The checker is checked: planted faults, hard functions, and what other checkers say of them."""
