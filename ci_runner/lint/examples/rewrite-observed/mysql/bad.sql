-- What it does is not in its text.
CALL widen();
