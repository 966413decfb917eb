-- schema-ci:txmode none

PRAGMA foreign_keys = OFF;
