-- Text that Markdown shows as it is, in a cell of a table.

CREATE OR REPLACE FUNCTION glyph.markdown(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT regexp_replace(regexp_replace(p_text, '[[:cntrl:]]+', ' ', 'g'),
                          '([][\\`*_{}<>()#|!&~])', '\\\1', 'g');
$$;


-- A table: a line of names, then of what the second argument makes of rows.

CREATE OR REPLACE FUNCTION glyph.markdown_table(p_names text[],
    p_rows json) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT '| ' || array_to_string(p_names, ' | ') || E' |\n|'
           || repeat('---|', cardinality(p_names)) || E'\n'
           || coalesce(string_agg('|' || r.line || E' |\n', '' ORDER BY r.n),
                       '')
      FROM (SELECT x.n, string_agg(' ' || coalesce(glyph.markdown(
                       x.row->>y.name), '–'), ' |' ORDER BY y.n) AS line
              FROM json_array_elements(p_rows) WITH ORDINALITY x(row, n)
                   CROSS JOIN unnest(p_names) WITH ORDINALITY y(name, n)
             GROUP BY x.n) r;
$$;


-- One import, or the newest ones, at a glance: a function without _cursor
-- gives one object and no list.  Prices are USD.  "Odd" is a price below a
-- third or above three times its model's median, where at least five are
-- listed; such a price makes no listing the best value.  Of an import that has
-- summaries the report is stored.

CREATE OR REPLACE FUNCTION glyph.api_report(args jsonb)
RETURNS TABLE (as_of timestamptz, import_id uuid, totals json,
    unknown json, best_value json, price_spread json, anomalies json,
    _markdown text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    a         jsonb := glyph.api_args(args, '{import_id}');
    v_tenant  text := coalesce(args->>'tenant', '');
    v_import  uuid;
    v_imports uuid[];
    v_counts  json;
BEGIN
    v_import := glyph.arg_import(args);
    import_id := v_import;
    v_imports := glyph.newest_imports(v_tenant, v_import,
                                      p_rows => 300000);

    SELECT s.totals, s.unknown, s.best_value, s.price_spread, s.anomalies
      INTO totals, unknown, best_value, price_spread, anomalies
      FROM glyph.import_reports s WHERE s.import_id = v_imports[1]
           AND v_import IS NOT NULL;

    IF NOT FOUND THEN
        SELECT s.totals, s.unknown, s.best_value, s.price_spread, s.anomalies
          INTO totals, unknown, best_value, price_spread, anomalies
          FROM glyph.report_of(v_imports) s;
    END IF;

    SELECT max(i.created_at) FILTER (WHERE x),
           json_build_object(
               'imports', cardinality(v_imports),
               'imports_left_out', count(*) - cardinality(v_imports),
               'rows', coalesce(sum(i.rows) FILTER (WHERE x), 0),
               'invalid_rows', coalesce(sum(i.invalid_rows) FILTER (WHERE x),
                                        0))
      INTO as_of, v_counts
      FROM glyph.imports i LEFT JOIN (SELECT unnest(v_imports) AS id,
               true AS x) w ON w.id = i.id
     WHERE i.tenant = v_tenant AND i.state = 'completed'
           AND i.undone_at IS NULL
           AND (v_import IS NULL OR i.id = v_import);

    -- both are objects: one with the members of both

    totals := rtrim(v_counts::text, '}') || ', '
              || ltrim(totals::text, '{');

    _markdown := format(E'# Listings\n\n%s\n\n%s listings of %s imports'
        ' (%s older ones are left out), %s with a price in USD, %s of %s'
        ' rows were rejected.\n\n',
        coalesce('As of ' || glyph.time_key(as_of) || '.',
                 'Nothing is listed.'),
        totals->>'listings',
        totals->>'imports', totals->>'imports_left_out', totals->>'priced',
        totals->>'invalid_rows', totals->>'rows')
        || format(E'%s are duplicates. %s (%s %%) matched no model, %s are no'
        ' cards.\n\n## Best value\n\nBy memory: the most score for 100'
        ' USD.\n\n',
        totals->>'duplicates', unknown->>'listings',
        coalesce(round(100 * (unknown->>'share')::numeric, 1), 0),
        unknown->>'not_gpu')
        || glyph.markdown_table('{vram_gb,model,price_usd,score,'
               'score_per_100_usd,seller,title}', best_value)
        || E'\n## Prices\n\nUSD; the models listed most.\n\n'
        || glyph.markdown_table('{model,listings,price_min,price_p25,'
               'price_median,price_p75,price_max,spread_pct}', price_spread)
        || format(E'\n## Anomalies\n\n%s prices are below a third or above'
        ' three times their model\'s median.\n\n', anomalies->>'listings')
        || glyph.markdown_table('{model,price_usd,median,times_median,'
               'seller,title}', anomalies->'most');

    RETURN NEXT;
END
$$;
