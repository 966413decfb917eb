CREATE TYPE public.level AS ENUM ('low', 'high', 'top');
CREATE TABLE public.notes (id integer PRIMARY KEY, writer name, level public.level, done boolean);
CREATE TABLE public.staff (name name PRIMARY KEY);
ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY same ON public.notes USING (writer = CURRENT_USER);
CREATE POLICY narrower ON public.notes FOR SELECT USING (true);
CREATE POLICY stricter ON public.notes FOR UPDATE USING (done) WITH CHECK (true);
CREATE POLICY gains ON public.notes USING (true);
CREATE POLICY other_command ON public.notes FOR INSERT WITH CHECK (done);
CREATE POLICY turns ON public.notes AS PERMISSIVE FOR DELETE USING (NOT done);
CREATE POLICY by_level ON public.notes FOR SELECT USING (level > 'low');
CREATE POLICY of_staff ON public.notes USING (
    EXISTS (SELECT FROM public.staff s WHERE s.name = CURRENT_USER));
CREATE POLICY called ON public.notes FOR SELECT USING (id > 5);
CREATE POLICY on_id ON public.notes FOR SELECT USING (id < 9);
CREATE POLICY gone ON public.notes USING (false);
COMMENT ON POLICY same ON public.notes IS 'ours';
COMMENT ON POLICY on_id ON public.notes IS 'kept';
