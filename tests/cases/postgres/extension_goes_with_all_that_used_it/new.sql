CREATE TABLE public.people (id integer, mail text DEFAULT 'x');
CREATE VIEW public.mails AS SELECT people.mail FROM public.people WHERE people.mail = 'y';
CREATE INDEX mail ON public.people (mail);
