CREATE VIRTUAL TABLE r USING rtree (id, minx, maxx);
