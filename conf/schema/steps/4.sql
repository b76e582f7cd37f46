-- Nothing changes.

    NULL;
