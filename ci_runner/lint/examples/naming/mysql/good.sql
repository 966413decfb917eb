-- What a column or an index is called knows no case.
ALTER TABLE users ADD COLUMN LastSeen datetime;
