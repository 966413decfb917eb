CREATE DOMAIN mood AS text;
CREATE DOMAIN kept AS mood DEFAULT 'a';
CREATE TABLE t (m mood);
