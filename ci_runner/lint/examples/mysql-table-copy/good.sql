-- The server does this in place.
ALTER TABLE users MODIFY email varchar(100) DEFAULT 'none';

ALTER TABLE users ADD COLUMN years bigint;

-- Nobody uses this one yet.
CREATE TABLE visits (id bigint PRIMARY KEY, seconds int);

ALTER TABLE visits MODIFY seconds bigint;
