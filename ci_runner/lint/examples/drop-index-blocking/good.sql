-- schema-ci:txmode none

DROP INDEX CONCURRENTLY orders_total_idx;
