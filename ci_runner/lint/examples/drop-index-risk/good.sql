-- orders_customer_placed begins with the same column.
DROP INDEX CONCURRENTLY orders_customer;
