-- schema-ci:txmode none

DROP DATABASE IF EXISTS reports;
