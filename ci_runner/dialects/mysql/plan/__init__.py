"""From the difference of two schemas to statements in an order that the server accepts."""
