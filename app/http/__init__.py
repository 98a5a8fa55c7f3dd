"""What each route needs of HTTP: the transaction, strict bodies, If-Match, kept answers, cursors."""
