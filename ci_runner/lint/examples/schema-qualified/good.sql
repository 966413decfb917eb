ALTER TABLE public.users ADD COLUMN name text;
CREATE TEMPORARY TABLE scratch (line text);
SET search_path = audit;
ALTER TABLE users ADD COLUMN email text;
