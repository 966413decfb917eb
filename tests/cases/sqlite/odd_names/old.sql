CREATE TABLE "order" ("group" INT, "a b" TEXT, "c""d" INT, [e f] INT, `g` INT);
