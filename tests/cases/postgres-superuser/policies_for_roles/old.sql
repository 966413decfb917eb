DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE "Case Writer"; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE TABLE public.notes (id integer);
CREATE POLICY one ON public.notes TO case_reader USING (true);
CREATE POLICY two ON public.notes TO case_reader, "Case Writer" USING (id > 1);
CREATE POLICY three ON public.notes USING (id > 1);
