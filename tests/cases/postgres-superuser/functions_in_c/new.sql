CREATE FUNCTION nth() RETURNS bigint LANGUAGE internal WINDOW STABLE AS 'window_rank';
CREATE FUNCTION length_of(text) RETURNS integer
LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 2 AS 'textoctetlen';
CREATE FUNCTION hinted(integer) RETURNS SETOF integer
LANGUAGE internal SUPPORT generate_series_int4_support AS 'generate_series_step_int4';
CREATE VIEW numbered AS SELECT nth() OVER () AS n;
CREATE AGGREGATE guess (VARIADIC "any" ORDER BY VARIADIC "any") (
    SFUNC = ordered_set_transition_multi, STYPE = internal,
    FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL
);
