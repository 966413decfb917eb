-- schema-ci:txmode none

REINDEX TABLE CONCURRENTLY orders;
