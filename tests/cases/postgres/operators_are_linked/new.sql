CREATE OPERATOR <| (FUNCTION = int4lt, LEFTARG = integer, RIGHTARG = integer, COMMUTATOR = |>);
CREATE OPERATOR |> (FUNCTION = int4gt, LEFTARG = integer, RIGHTARG = integer, COMMUTATOR = <|);
CREATE OPERATOR ==> (FUNCTION = int8lt, LEFTARG = bigint, RIGHTARG = bigint);
