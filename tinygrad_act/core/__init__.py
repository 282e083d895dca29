"""What an operation is, how it is declared, evaluated and dispatched; modes, conventions, errors."""
