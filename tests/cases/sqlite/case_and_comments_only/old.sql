create table t (a int check(a>0)) -- one;
