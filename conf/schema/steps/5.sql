-- Large imports have summaries, in three tables that are made with all others
-- below.  Rows stay as they are; the workers make the summaries of what is there
-- already, import by import, while uploads and reads go on, and until an import
-- has its own it is read as before.

    ALTER TABLE glyph.imports
        ADD COLUMN IF NOT EXISTS summed_at timestamptz;
