-- Warnings have a table, import_warnings, which is made with all others below.
-- Imports of before have none in it: of each there are the first hundred, in its
-- result.

    NULL;
