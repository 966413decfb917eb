CREATE TABLE t (a varchar(20), b varchar(20) COLLATE utf8mb4_ja_0900_as_cs) COLLATE utf8mb4_0900_ai_ci;
