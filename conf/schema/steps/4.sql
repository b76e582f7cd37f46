-- Blocks of one import are written over several connections, in any order: which of
-- its rows are there is in import_progress, which is made with all others below.
-- Rows stay as they are.  An import under way goes on: what it had before is as far
-- as its row says, and a worker of the release before writes on as it did; one
-- that takes over what a newer worker has begun starts it again.

