CREATE TABLE t (id serial, kept integer); CREATE TABLE gone (id serial);
