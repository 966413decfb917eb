CREATE OPERATOR <| (FUNCTION = int4lt, LEFTARG = integer, RIGHTARG = integer);
CREATE OPERATOR |> (FUNCTION = int4gt, LEFTARG = integer, RIGHTARG = integer);
CREATE OPERATOR ==> (FUNCTION = int8lt, LEFTARG = bigint, RIGHTARG = bigint, NEGATOR = ==>=);
CREATE OPERATOR ==>= (FUNCTION = int8ge, LEFTARG = bigint, RIGHTARG = bigint, NEGATOR = ==>);
