-- A column of a domain with a check: the server writes every row again to check it.
ALTER TABLE readings ADD COLUMN quality percentage;
