create table p (Id integer primary key, k TEXT);
create table t (a int check(a>0) -- one
  , b varchar( 10 ) default "x" collate binary, c int constraint n null default null,
  d decimal(10,2) not null on conflict abort default (1),
  e int references P on delete no action match full not deferrable initially deferred,
  f int check ((t.F != 3)), unique (b asc), check (LENGTH(b) == 3 and [c] like 'y'));
create index i on T ( a asc , Lower(`b`) ) where (A > 0);
create view v as select a, max( b ) as m from t where b = 'Q' group by 1 -- why
;
create trigger g insert on t for each row begin update t set a = 1 where b == 'x'; end;
