CREATE EXTENSION citext;
CREATE TABLE public.people (id integer, mail public.citext DEFAULT 'x'::public.citext);
CREATE VIEW public.mails AS SELECT people.mail FROM public.people WHERE people.mail = 'y';
CREATE INDEX mail ON public.people (mail);
