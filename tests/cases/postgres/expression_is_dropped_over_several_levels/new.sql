CREATE TABLE goods (size integer, twice integer) PARTITION BY RANGE (size);
CREATE TABLE several PARTITION OF goods DEFAULT PARTITION BY RANGE (size);
CREATE TABLE few PARTITION OF several DEFAULT;
CREATE TABLE parent (a integer, b integer);
CREATE TABLE child () INHERITS (parent);
CREATE TABLE grandchild () INHERITS (child);
CREATE TABLE other (a integer, b integer NOT NULL DEFAULT 5) PARTITION BY RANGE (a);
