CREATE TABLE "order" ("group" INT NOT NULL DEFAULT 1, "a b" TEXT CHECK ("a b" <> 'x'), "c""d" INT, [e f] INT UNIQUE, `g` INT); CREATE INDEX "select" ON "order" ("a b", [c"d]);
