CREATE SCHEMA "My Schema"; CREATE TABLE "My Schema"."Order" ("user" integer PRIMARY KEY, "a""b" text); CREATE VIEW "My Schema"."V 1" AS SELECT "user" FROM "My Schema"."Order";
