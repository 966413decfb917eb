--liquibase formatted sql
--changeset ana:2 runInTransation:false
ALTER TABLE users ADD COLUMN email varchar(80);
