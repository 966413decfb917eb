-- schema-ci:txmode none

VACUUM users;

VACUUM (FULL false, ANALYZE) users;
