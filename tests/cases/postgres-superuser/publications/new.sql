CREATE SCHEMA app;
CREATE SCHEMA shop;
CREATE TABLE public.a (id bigint PRIMARY KEY, c text);
CREATE TABLE public.b (id integer PRIMARY KEY);
CREATE TABLE shop.c (id integer PRIMARY KEY);
CREATE PUBLICATION everything FOR TABLE public.b;
CREATE PUBLICATION "some" FOR TABLE public.a, public.b
    WITH (publish = 'insert, delete', publish_via_partition_root = true);
CREATE PUBLICATION part FOR TABLE public.a (id) WHERE (id > 5), shop.c WHERE (id = 1);
CREATE PUBLICATION of_schema FOR TABLES IN SCHEMA shop, public;
COMMENT ON PUBLICATION "some" IS 'of yours';
