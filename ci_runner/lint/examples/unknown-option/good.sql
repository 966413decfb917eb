--liquibase formatted sql
--changeset ana:2 runInTransaction:false
ALTER TABLE users ADD COLUMN email varchar(80);
