CREATE TABLE shelves (
  id INTEGER PRIMARY KEY,
  label TEXT NOT NULL UNIQUE
);

CREATE TABLE stock (
  sku TEXT PRIMARY KEY,
  shelf_id INTEGER NOT NULL REFERENCES shelves (id),
  pieces INTEGER NOT NULL CHECK (pieces >= 0),
  counted_at TEXT
);

CREATE INDEX stock_shelf_id ON stock (shelf_id);

CREATE VIEW empty_shelves AS
SELECT label FROM shelves WHERE id NOT IN (SELECT shelf_id FROM stock WHERE pieces > 0);
