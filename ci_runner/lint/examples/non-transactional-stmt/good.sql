-- schema-ci:txmode none

VACUUM users;
