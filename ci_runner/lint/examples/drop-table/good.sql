-- No release reads it any more. Keep its rows where they can be had again for a while.
CREATE TABLE users_archive AS SELECT * FROM users;
