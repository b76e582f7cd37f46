-- The order of a large import's listings by score and by price.  Once complete
-- it never changes any more, so each order is written once, as arrays of 1,000
-- import_index, and COPY maintains no index for it.  An import of at most 1,000
-- listings has none: to sort them is as fast.
--
-- kind: "s" by score, "p" by price in USD, "n" those without such a price, in
-- the file's order.  key is that of the first in the array: a price in cents,
-- which float8 holds exactly as far as numeric(14,2) goes.


-- Those of one import, from one read of it, in one transaction.  A sort of
-- numbers takes a fifth of the time that a sort of pairs does: so a price is
-- one number with its import_index, where 63 bits hold both; prices of 42
-- million USD and more are few, and come behind them.  What is undone meanwhile
-- keeps none: its row is not locked before the end, as undo() would wait.

CREATE OR REPLACE FUNCTION glyph.order_import(p_id uuid,
    p_size int DEFAULT 1000) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET work_mem = '64MB' SET jit = off AS $$
BEGIN
    WITH k AS MATERIALIZED (
        SELECT array_agg(l.i ORDER BY l.score, l.i) AS by_score,
               array_agg(l.cents << 31 | l.i ORDER BY l.cents << 31 | l.i)
                   FILTER (WHERE l.cents < 1::int8 << 32) AS by_price,
               array_agg(l.i ORDER BY l.cents, l.i)
                   FILTER (WHERE l.cents >= 1::int8 << 32) AS dear,
               array_agg(l.i ORDER BY l.i)
                   FILTER (WHERE l.cents IS NULL) AS unpriced
          FROM (SELECT l.import_index AS i, l.score,
                       (l.price_usd * 100)::int8 AS cents
                  FROM glyph.listings l
                 WHERE l.import_id = p_id OFFSET 0) l
    ), o AS MATERIALIZED (
        SELECT 's' AS kind, k.by_score AS idx FROM k
         UNION ALL
        SELECT 'p', ARRAY(SELECT (p & 2147483647)::int4
                            FROM unnest(k.by_price) p) || k.dear FROM k
         UNION ALL
        SELECT 'n', k.unpriced FROM k
    )
    INSERT INTO glyph.listing_orders
           (import_id, kind, n, key, first_index, idx)
    SELECT p_id, x.kind, x.n,
           CASE x.kind WHEN 's' THEN l.score
                       ELSE coalesce((l.price_usd * 100)::float8, 0) END,
           x.idx[1], x.idx
      FROM (SELECT o.kind, n, o.idx[n * p_size + 1 : (n + 1) * p_size] AS idx
              FROM o CROSS JOIN LATERAL
                   generate_series(0, (cardinality(o.idx) - 1) / p_size) n
            OFFSET 0) x
           JOIN glyph.listings l
             ON l.import_id = p_id AND l.import_index = x.idx[1];

    UPDATE glyph.imports i
       SET ordered_at = now()
     WHERE i.id = p_id AND i.undone_at IS NULL;

    IF NOT FOUND THEN
        DELETE FROM glyph.listing_orders o WHERE o.import_id = p_id;
    END IF;
END
$$;


-- The next import behind p_after that is to have orders and has none, or NULL.

CREATE OR REPLACE FUNCTION glyph.next_orders(p_after uuid) RETURNS uuid
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT i.id
      FROM glyph.imports i
     WHERE i.state = 'completed' AND i.undone_at IS NULL
           AND i.ordered_at IS NULL AND i.valid_rows > 1000
           AND i.id > p_after
     ORDER BY i.id
     LIMIT 1;
$$;


-- Makes them; false if there is nothing to do, or another session is at it.
-- Until they are there a page is a sort of all of the import.

CREATE OR REPLACE FUNCTION glyph.make_orders(p_id uuid) RETURNS bool
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(723627614, hashtext(p_id::text)) THEN
        RETURN false;
    END IF;

    PERFORM 1 FROM glyph.imports i
      WHERE i.id = p_id AND i.state = 'completed' AND i.undone_at IS NULL
            AND i.ordered_at IS NULL AND i.valid_rows > 1000;

    IF NOT FOUND THEN
        RETURN false;
    END IF;

    PERFORM glyph.order_import(p_id);
    RETURN true;
END
$$;


-- For a worker of the release before, and for the end of this file: those of the
-- next import; its id, NULL if none is left.

CREATE OR REPLACE FUNCTION glyph.make_orders() RETURNS uuid
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_id uuid := '00000000-0000-0000-0000-000000000000';
BEGIN
    LOOP
        v_id := glyph.next_orders(v_id);

        IF v_id IS NULL OR glyph.make_orders(v_id) THEN
            RETURN v_id;
        END IF;
    END LOOP;
END
$$;


-- The first p_limit listings of an order, or of its reverse, that p_where (of
-- listings l, from api_listings) lets pass: those behind (p_key, p_index), or
-- from the beginning if p_key is NULL.  Arrays are walked until there are as
-- many; where few pass, what is behind the first 10,000 is read as it lies and
-- sorted, which takes less than to walk all.

CREATE OR REPLACE FUNCTION glyph.ordered_listings(p_import uuid, p_kind text,
    p_desc bool, p_key float8, p_index int, p_limit int, p_where text)
RETURNS TABLE (import_index int, score float8, price_usd numeric)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    v_way   int := CASE WHEN p_desc THEN -1 ELSE 1 END;
    v_step  int := CASE WHEN p_where = '' THEN p_limit ELSE 1000 END;
    v_found int := 0;
    v_walk  int := 10;
    v_n     int;
    v_idx   int[];
    v_at    int;            -- how many of v_idx are before the next one
    v_rows  int;
    v_part  int[];
BEGIN
    v_n := (SELECT CASE WHEN p_desc OR p_key IS NOT NULL THEN max(o.n)
                        ELSE 0 END
              FROM glyph.listing_orders o
             WHERE o.import_id = p_import AND o.kind = p_kind
                   AND (p_key IS NULL
                        OR (o.key, o.first_index) <= (p_key, p_index)));

    -- a cursor before the first one
    IF v_n IS NULL AND NOT p_desc THEN
        v_n := 0;
    END IF;

    LOOP
        SELECT o.idx INTO v_idx FROM glyph.listing_orders o
         WHERE o.import_id = p_import AND o.kind = p_kind AND o.n = v_n;
        EXIT WHEN NOT FOUND;

        IF v_walk = 0 AND p_where <> '' THEN
            SELECT o.key, o.first_index INTO p_key, p_index
              FROM glyph.listing_orders o
             WHERE o.import_id = p_import AND o.kind = p_kind
                   AND o.n = CASE WHEN p_desc THEN v_n + 1 ELSE v_n END;

            RETURN QUERY EXECUTE format(
                'SELECT l.import_index, l.score, l.price_usd'
                '  FROM glyph.listings l'
                ' WHERE l.import_id = $1%1$s'
                '       AND (%2$s, l.import_index) %3$s ($2, $3)%4$s'
                ' ORDER BY %2$s %5$s, l.import_index %5$s LIMIT $4',
                glyph.order_where(p_kind), glyph.order_key(p_kind),
                CASE WHEN p_desc THEN '<' ELSE '>=' END, p_where,
                CASE WHEN p_desc THEN 'DESC' ELSE 'ASC' END)
                USING p_import, p_key, p_index, p_limit - v_found;
            RETURN;
        END IF;

        v_at := CASE
            WHEN p_key IS NOT NULL THEN glyph.order_position(p_import,
                p_kind, v_idx, p_desc, p_key, p_index)
            WHEN p_desc THEN cardinality(v_idx)
            ELSE 0 END;
        p_key := NULL;

        WHILE v_at > 0 AND p_desc OR v_at < cardinality(v_idx) AND NOT p_desc
        LOOP
            v_part := CASE WHEN p_desc
                THEN v_idx[greatest(v_at - v_step, 0) + 1 : v_at]
                ELSE v_idx[v_at + 1 : v_at + v_step] END;
            v_at := v_at + v_way * v_step;

            RETURN QUERY EXECUTE format(
                'SELECT l.import_index, l.score, l.price_usd'
                '  FROM unnest($1) WITH ORDINALITY u(i, n)'
                '       JOIN glyph.listings l ON l.import_index = u.i'
                ' WHERE l.import_id = $2%s ORDER BY u.n %s LIMIT $3', p_where,
                CASE WHEN p_desc THEN 'DESC' ELSE 'ASC' END)
                USING v_part, p_import, p_limit - v_found;

            GET DIAGNOSTICS v_rows = ROW_COUNT;
            v_found := v_found + v_rows;

            IF v_found >= p_limit THEN
                RETURN;
            END IF;
        END LOOP;

        v_n := v_n + v_way;
        v_walk := v_walk - 1;
    END LOOP;
END
$$;


-- What an order is by, and what is in it, as text of a statement

CREATE OR REPLACE FUNCTION glyph.order_key(p_kind text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE p_kind WHEN 's' THEN 'l.score'
                       WHEN 'p' THEN '(l.price_usd * 100)::float8'
                       ELSE '0::float8' END;
$$;


CREATE OR REPLACE FUNCTION glyph.order_where(p_kind text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE p_kind WHEN 's' THEN ''
                       WHEN 'p' THEN ' AND l.price_usd IS NOT NULL'
                       ELSE ' AND l.price_usd IS NULL' END;
$$;


-- How many of an array's listings are before (p_key, p_index), or in the order
-- that is not reversed at it: by halving, a listing each time.

CREATE OR REPLACE FUNCTION glyph.order_position(p_import uuid, p_kind text,
    p_idx int[], p_desc bool, p_key float8, p_index int) RETURNS int
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_low    int := 0;
    v_high   int := cardinality(p_idx);
    v_middle int;
    v_key    float8;
BEGIN
    WHILE v_low < v_high LOOP
        v_middle := (v_low + v_high) / 2;

        SELECT CASE p_kind WHEN 's' THEN l.score
                           ELSE coalesce((l.price_usd * 100)::float8, 0) END
          INTO v_key
          FROM glyph.listings l
         WHERE l.import_id = p_import
               AND l.import_index = p_idx[v_middle + 1];

        IF (v_key, p_idx[v_middle + 1]) < (p_key, p_index)
           OR NOT p_desc AND (v_key, p_idx[v_middle + 1]) = (p_key, p_index)
        THEN
            v_low := v_middle + 1;
        ELSE
            v_high := v_middle;
        END IF;
    END LOOP;

    RETURN v_low;
END
$$;


-- Text of api_listings: a page's keys of import i in one of the orders, behind
-- (p_key, p_edge) if p_key is not NULL; from its arrays, or where it has none by
-- sorting.  p_sort: by sorting anyway, as few rows are left and an index knows
-- them.

CREATE OR REPLACE FUNCTION glyph.order_part(p_kind text, p_dir text,
    p_where text, p_edge text, p_key text, p_sort bool) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('(SELECT l.import_index, l.%s AS k'
        ' FROM glyph.listings l WHERE l.import_id = i.id%s%s%s%s'
        ' ORDER BY %s %7$s, l.import_index %7$s LIMIT $4 + 1)',
        CASE p_kind WHEN 's' THEN 'score' ELSE 'price_usd' END,
        CASE WHEN NOT p_sort THEN ' AND i.ordered_at IS NULL' END,
        glyph.order_where(p_kind), p_where,
        CASE WHEN p_key IS NOT NULL
             THEN format(' AND (%s, l.import_index) %s (%s, %s)',
                 glyph.order_key(p_kind),
                 CASE p_dir WHEN 'DESC' THEN '<' ELSE '>' END, p_key, p_edge)
        END,
        glyph.order_key(p_kind), p_dir)
    || CASE WHEN p_sort THEN '' ELSE
        format(' UNION ALL (SELECT o.import_index, o.%s'
        ' FROM glyph.ordered_listings(i.id, %L, %L, %s, %s, $4 + 1, %L) o'
        ' WHERE i.ordered_at IS NOT NULL)',
        CASE p_kind WHEN 's' THEN 'score' ELSE 'price_usd' END,
        p_kind, p_dir = 'DESC', coalesce(p_key, 'NULL'),
        CASE WHEN p_key IS NULL THEN 'NULL' ELSE p_edge END, p_where) END;
$$;
