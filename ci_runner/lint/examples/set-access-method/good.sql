-- The one that it has.
ALTER TABLE users SET ACCESS METHOD heap;
