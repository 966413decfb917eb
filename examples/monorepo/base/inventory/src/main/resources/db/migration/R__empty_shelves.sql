DROP VIEW IF EXISTS empty_shelves;

CREATE VIEW empty_shelves AS
SELECT label FROM shelves WHERE id NOT IN (SELECT shelf_id FROM stock WHERE pieces > 0);
