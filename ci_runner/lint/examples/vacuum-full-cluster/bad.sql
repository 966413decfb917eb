-- schema-ci:txmode none

VACUUM FULL users;
