DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE "Case Writer"; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE TABLE public.notes (id integer);
CREATE POLICY one ON public.notes TO "Case Writer" USING (true);
CREATE POLICY two ON public.notes TO "Case Writer", case_reader USING (id > 2);
CREATE POLICY three ON public.notes TO case_reader USING (id > 1);
