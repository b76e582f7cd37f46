// What is asked for while everything works, and while something does not.

import { createHash, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';

const IMPORT = '/api/import/csv';
const DRY = '/api/ingest/upload-artifact';
const SCORE = '/api/score';
const CSV = { 'Content-Type': 'text/csv' };
const NOBODY = '00000000-0000-7000-8000-000000000000';

const HEADER = 'Titel;Preis;Zustand;Währung;source_url;seller;region;foo\n';
const ROWS = [
    'NVIDIA H100 PCIe 80GB;34.995,00 €;Neu;;https://example.com/1;ann;EU;x',
    'RTX4070Ti GAMING OC 12GB;749,99 €;Gebraucht;;https://example.com/2;;;',
    'Lot of 4x Tesla P40;VB;Gebraucht;;;;;',
    'GTX 1O60 6gb;90;;GBP;https://example.com/2;bob;;',
    'Frobnicator 9000 GPU;90;;THB;https://example.com/4;bob;;',
    'NVLink bridge for RTX 3090;1.234;;EUR;https://example.com/5;bob;;',
    'RTX 3090;"700,00;;;;;;',
    'RTX 3080 Ti',
    ...[700, 710, 720, 730, 5000].map((price, i) =>
        `RTX 3090 no ${i};${price};;EUR;https://example.com/x${i};ann;EU;`),
];
const FILE = `${HEADER}${ROWS.join('\n')}\n`;
const LATER = FILE.replaceAll('749,99', '699,99').replaceAll('710', '640');
const BAD = 'Pries,Name\n1,x\n';

const PERSIST = '/api/persist/listings';
const SOURCE = '/api/imports/from-pipeline';
const JSON_ROWS = '[{"title":"RTX 3090","price":700,"tags":["oc"]},'
    + '{"title":"RTX 3080","price":{"usd":1}},{"title":"T4","price":90}]';
const NDJSON_ROWS = '{"title":"RTX 3090","price":700}\n{"title":"RTX 3080\n';

const POSTS = [[IMPORT, CSV], [PERSIST, CSV], [DRY, CSV], [SCORE, CSV]];

// What is read in pages, and the report.
const LISTS = [
    '/api/jobs', '/api/imports', '/api/listings', '/api/models',
    '/api/unknowns', '/api/forecast/deltas', '/api/report', '/api/prices',
    '/api/schema/versions',
];

// A list, and what it cannot do without, before further parameters.
function ask(path, further = '') {
    const all = [path === '/api/prices' ? 'model=RTX_4070_TI' : '', further]
        .filter((s) => s).join('&');

    return all ? `${path}?${all}` : path;
}

const JOB = ['', '/status', '/result', '/errors', '/events'];


function form(parts) {
    const boundary = 'x'.repeat(20);

    return { headers: { 'Content-Type':
                        `multipart/form-data; boundary=${boundary}` },
             body: parts.map((part) => `--${boundary}\r\n${part}\r\n`)
                        .join('') + `--${boundary}--\r\n` };
}

function part(name, value, filename) {
    return `Content-Disposition: form-data; name="${name}"`
        + (filename ? `; filename="${filename}"` : '') + `\r\n\r\n${value}`;
}

// An upload that is half sent.
function half(t, headers = {}, path = IMPORT) {
    return t.client.begin('POST', path, { body: HEADER, headers:
        { ...CSV, 'Content-Length': Buffer.byteLength(FILE), ...headers } });
}

const REST = FILE.slice(HEADER.length);

// more than a transform keeps in memory
const MORE = HEADER + 'RTX 3080 Ti;700,00;;;;;;x\n'.repeat(45000);


async function plain(t, api) {
    const id = await imports(t);

    await posts(t, api);
    await sources(t, api);
    await running(t);
    await jobs(t, id);
    await lists(t, api, id);
    await methods(t, api);
    await ends(t, id);

    await t.get('/api/health', '/api/health');
    await t.get('/api/health/full', '/api/health/full');
    await t.hit('GET', '/api/health/full', '/api/health/full',
                [403, 'forbidden'], { local: '127.0.0.2' });
    await t.get('/metrics', '/metrics');
    await t.hit('GET', '/metrics', '/metrics', [403, 'forbidden'],
                { local: '127.0.0.2' });
}


// Imports that succeed; returns the id of one.
async function imports(t) {
    const first = await t.hit('POST', IMPORT, IMPORT, [200],
                              { headers: CSV, body: FILE });
    const id = JSON.parse(first.body).import_id;

    t.same('the id', first.headers['glyph-job-id'], id);

    const later = await t.hit('POST',
        `${IMPORT}?source_label=week-47&filename=a.csv`, IMPORT, [200],
        { body: LATER, headers: { ...CSV,
          Prefer: 'return=representation' } });

    t.same('the listings', JSON.parse(later.body).listings?.length,
           JSON.parse(later.body).valid_rows);
    t.same('the preference', later.headers['preference-applied'],
           'return=representation');

    await t.hit('POST', IMPORT, IMPORT, [200],
                form([part('campaign_id', 'c-1'),
                      part('metadata', '{"by":"ann"}'),
                      part('file', FILE, 'week.csv')]));

    const dry = await t.hit('POST', `${IMPORT}?dry_run=true`, IMPORT, [200],
                            { headers: CSV, body: FILE });

    t.same('the id of a dry run', JSON.parse(dry.body).import_id, null);
    t.same('the place of a dry run', dry.headers.location, undefined);

    const queued = await t.hit('POST', IMPORT, IMPORT, [202],
        { body: FILE, headers: { ...CSV, Prefer: 'respond-async' } });

    await t.until('GET', `/api/jobs/${JSON.parse(queued.body).job_id}/result`,
                  '/api/jobs/{id}/result', [200]);
    await t.hit('POST', IMPORT, IMPORT, [200],
        { body: FILE, headers: { ...CSV, Prefer: 'wait=10' } });
    await t.hit('POST', PERSIST, PERSIST, [202],
        { body: FILE, headers: { ...CSV, Prefer: 'respond-async' } });

    // the same again
    const key = { ...CSV, 'Idempotency-Key': randomUUID() };
    const once = await t.hit('POST', IMPORT, IMPORT, [200],
                             { headers: key, body: FILE });
    const twice = await t.hit('POST', IMPORT, IMPORT, [200],
                              { headers: key, body: FILE });

    t.same('the answer to the same key', JSON.parse(twice.body).import_id,
           JSON.parse(once.body).import_id);
    await t.hit('POST', IMPORT, IMPORT, [422, 'idempotency_mismatch'],
                { headers: key, body: LATER });
    await t.hit('POST', `${IMPORT}?reject=not_gpu`, IMPORT,
                [422, 'idempotency_mismatch'], { headers: key, body: FILE });

    return id;
}


// What the three places that take files have in common.
async function posts(t, api) {
    const digest = createHash('sha256').update(FILE).digest('base64');
    const wrong = createHash('sha256').update(LATER).digest('base64');

    await t.hit('POST', DRY, DRY, [200], { headers: CSV, body: FILE });

    for (const type of ['application/json', 'application/x-ndjson',
                        'text/csv'])
    {
        for (const args of ['', '?errors=include',
                            '?columns=title,score,extra'])
        {
            const answer = await t.hit('POST', SCORE + args, SCORE, [200],
                { headers: { ...CSV, Accept: type }, body: FILE });

            t.same('the trailer', answer.trailers['glyph-rows'],
                   'total=13, valid=10, invalid=3');
        }
    }

    await t.hit('POST', SCORE, SCORE, [406, 'not_acceptable'],
                { headers: { ...CSV, Accept: 'image/png' }, body: FILE });

    for (const [path, headers] of POSTS) {
        await t.hit('POST', path, path, [200], { body: FILE, headers:
            { ...headers, 'Content-Digest': `sha-256=:${digest}:` } });
        await t.hit('POST', path, path, [400, 'digest_mismatch'],
            { body: FILE, headers:
              { ...headers, 'Content-Digest': `sha-256=:${wrong}:` } });
        await t.hit('POST', path, path, [400, 'option_invalid'],
            { body: FILE, headers:
              { ...headers, 'Content-Digest': 'sha-256=x' } });

        const answer = await t.hit('POST', `${path}?titel=x`, path,
            [400, 'option_unknown'], { headers, body: FILE });

        if (path !== DRY) {
            parameters(t, api, answer, path, 'POST');
        }

        await t.hit('POST', `${path}?decimal=x`, path,
                    [400, 'option_invalid'], { headers, body: FILE });
        await t.hit('POST', `${path}?decimal=point&decimal=point`, path,
                    [400, 'option_repeated'], { headers, body: FILE });

        await t.hit('POST', path, path, [400, 'multipart_no_file'],
                    form([part('campaign_id', 'x')]));
        await t.hit('POST', path, path, [400, 'field_unknown'],
                    form([part('colour', 'x'), part('file', FILE, 'x')]));

        await t.hit('POST', path, path, [415, 'unsupported_media_type'],
                    { headers: { 'Content-Type': 'image/png' }, body: 'x' });
        await t.hit('POST', path, path, [400, 'field_late'],
                    form([part('file', FILE, 'x'), part('map', 'x:title')]));
        await t.hit('POST', path, path, [415, 'charset_unknown'],
                    { headers: { 'Content-Type': 'text/csv; charset=x-no' },
                      body: FILE });

        for (const [type, body] of [['application/json', JSON_ROWS],
                                    ['application/x-ndjson', NDJSON_ROWS]])
        {
            await t.hit('POST', path, path, [200],
                        { headers: { 'Content-Type': type }, body });
        }

        await t.hit('POST', path, path, [400, 'json_malformed'],
            { headers: { 'Content-Type': 'application/json' }, body: '[{' });

        await t.hit('POST', path, path, [200], { body: gzipSync(FILE),
            headers: { ...headers, 'Content-Encoding': 'gzip' } });
        await t.hit('POST', path, path, [400, 'encoding_malformed'],
            { body: FILE, headers:
              { ...headers, 'Content-Encoding': 'gzip' } });
        await t.hit('POST', path, path, [400, 'encoding_truncated'],
            { body: gzipSync(FILE).subarray(0, 40), headers:
              { ...headers, 'Content-Encoding': 'gzip' } });
        await t.hit('POST', path, path, [415, 'unsupported_encoding'],
            { body: 'x', headers: { ...headers, 'Content-Encoding': 'br' } });

        await t.hit('POST', `${path}?stage=scored`, path, [200],
            { headers, body: 'title,price,canonical_model,score\n'
                + 'my card,34995,H100_PCIE_80GB,57\n'
                + 'my card,34995,H100_PCIE_80GB,75\n' });

        await t.hit('POST', path, path, [422, 'columns_missing'],
                    { headers, body: BAD });
        await t.hit('POST', path, path, [422, 'file_empty'], { headers });
        await t.hit('POST', path, path, [422, 'strict'],
                    { headers: { ...headers, Prefer: 'handling=strict' },
                      body: FILE });
        await t.hit('POST', `${path}?max_errors=1`, path,
                    [422, 'too_many_errors'], { headers, body: FILE });

        await t.hit('POST', path, path, [413, 'body_too_large'],
                    { headers, body: FILE + 'x'.repeat(70_000) });

        await examples(t, api, path, path, 'POST',
                       { headers, body: FILE });
    }

    const late = POSTS.map(([path, headers]) =>
        [path, half(t, headers, path)]);

    for (const [path, request] of late) {
        t.judge(await request.answer, 'POST', path, path,
                [408, 'body_timeout']);
        request.abort();
    }
}


// Files of the node.
async function sources(t, api) {
    const at = (args) => `${SOURCE}?${args}`;
    const wait = { headers: { Prefer: 'wait=10' } };

    await t.hit('POST', at('path=a.csv'), SOURCE, [202]);
    await t.hit('POST', at('path=a.csv'), SOURCE, [200], wait);
    await examples(t, api, at('path=a.csv'), SOURCE, 'POST', wait);

    const id = randomUUID();
    const named = { headers: { ...wait.headers, 'Glyph-Job-Id': id } };

    await t.hit('POST', at('path=a.csv'), SOURCE, [200], named);
    await t.hit('POST', at('path=a.csv'), SOURCE, [409, 'job_id_used'],
                named);

    await t.hit('POST', SOURCE, SOURCE, [400, 'option_invalid']);
    await t.hit('POST', at('path=../a.csv'), SOURCE, [400, 'option_invalid']);
    await t.hit('POST', at('path=a.csv&titel=x'), SOURCE,
                [400, 'option_unknown']);
    await t.hit('POST', at('path=none.csv'), SOURCE, [404, 'file_not_found']);
    await t.hit('POST', at('path=link/passwd'), SOURCE,
                [403, 'file_outside']);
    await t.hit('POST', at('path=large.csv'), SOURCE, [413, 'body_too_large']);
    await t.hit('POST', at('path=week'), SOURCE, [422, 'file_not_regular']);
    await t.hit('POST', at('path=bad.csv'), SOURCE, [422, 'columns_missing'],
                wait);
    await t.hit('POST', at('path=a.csv&charset=x-no'), SOURCE,
                [415, 'charset_unknown'], wait);
}


// Each parameter with its example, alone, is not refused; but those that the
// document does not have are.
async function examples(t, api, url, template, method, options = {}) {
    for (const p of api.parameters(template, method)) {
        if (p.in === 'path' || p.example === undefined
            || url.includes(`${p.name}=`))
        {
            continue;
        }

        const headers = { ...options.headers };
        let target = url;

        if (p.in === 'query') {
            target += (target.includes('?') ? '&' : '?')
                + `${p.name}=${encodeURIComponent(p.example)}`;
        } else {
            headers[p.name] = headers[p.name]
                ? `${headers[p.name]}, ${p.example}` : p.example;
        }

        await t.hit(method, target, template, [200],
                    { ...options, headers });
    }
}


// An import that has not ended.
async function running(t) {
    const id = randomUUID();
    const key = randomUUID();
    const job = `/api/jobs/${id}`;
    const request = half(t, { 'Glyph-Job-Id': id, 'Idempotency-Key': key });

    await t.until('GET', `${job}/status`, '/api/jobs/{id}/status', [200]);
    await t.get(job, '/api/jobs/{id}');
    await t.hit('GET', `${job}/result`, '/api/jobs/{id}/result',
                [409, 'job_running']);
    await t.hit('GET', `/api/imports/${id}`, '/api/imports/{id}',
                [409, 'job_running']);
    await t.hit('DELETE', `/api/imports/${id}`, '/api/imports/{id}',
                [409, 'job_running']);
    await t.hit('GET', `${job}/errors`, '/api/jobs/{id}/errors', [200]);
    await t.hit('GET', `${job}/errors`, '/api/jobs/{id}/errors',
                [409, 'job_running'], { headers: { Accept: 'text/csv' } });

    for (const path of [IMPORT, PERSIST]) {
        await t.hit('POST', path, path, [409, 'job_id_used'],
                    { body: FILE, headers: { ...CSV, 'Glyph-Job-Id': id } });
    }

    const again = await t.hit('POST', IMPORT, IMPORT,
        [409, 'idempotency_running'],
        { body: FILE, headers: { ...CSV, 'Idempotency-Key': key } });

    t.same('the place of the first', again.headers.location, `${job}/status`);
    t.same('and when to ask', again.headers['retry-after'], '1');

    const events = t.hit('GET', `${job}/events`, '/api/jobs/{id}/events',
                         [200]);

    await t.hit('DELETE', job, '/api/jobs/{id}', [202]);
    t.judge(await request.answer, 'POST', IMPORT, IMPORT, [409, 'cancelled']);
    request.abort();
    await events;

    await t.hit('DELETE', job, '/api/jobs/{id}', [409, 'job_finished']);
    await t.get(job, '/api/jobs/{id}');
    await t.hit('GET', `${job}/result`, '/api/jobs/{id}/result',
                [404, 'no_result']);
    await t.hit('GET', `/api/imports/${id}`, '/api/imports/{id}',
                [404, 'no_result']);
    await t.hit('DELETE', `/api/imports/${id}`, '/api/imports/{id}',
                [409, 'not_completed']);
}


async function jobs(t, id) {
    const errors = '/api/jobs/{id}/errors';

    await t.get(`/api/jobs/${id}`, '/api/jobs/{id}');
    await t.get(`/api/jobs/${id}/status`, '/api/jobs/{id}/status');
    await t.get(`/api/jobs/${id}/result`, '/api/jobs/{id}/result');
    await t.get(`/api/imports/${id}`, '/api/imports/{id}');
    await t.each(`/api/jobs/${id}/errors`, errors);
    await t.get(`/api/jobs/${id}/errors?limit=1`, errors);
    await t.hit('GET', `/api/jobs/${id}/errors?safe=1`, errors, [200],
                { headers: { Accept: 'text/csv' } });
    await t.get(`/api/jobs/${id}/errors?severity=all`, errors);
    await t.each(`/api/jobs/${id}/errors?severity=warning`, errors);
    await t.hit('GET', `/api/jobs/${id}/errors?limit=x`, errors,
                [400, 'option_invalid']);
    await t.hit('GET', `/api/jobs/${id}/errors?id=${id}`, errors,
                [400, 'option_unknown']);
    await t.hit('GET', `/api/jobs/${id}/errors`, errors,
                [406, 'not_acceptable'], { headers: { Accept: 'image/png' } });
    await t.hit('GET', `/api/jobs/${id}/events`, '/api/jobs/{id}/events',
                [200]);

    for (const what of JOB.filter((name) => name !== '/errors')) {
        await t.hit('GET', `/api/jobs/${id}${what}?limit=1`,
                    `/api/jobs/{id}${what}`, [400, 'option_unknown']);
    }

    await t.hit('DELETE', `/api/jobs/${id}?x`, '/api/jobs/{id}',
                [400, 'option_unknown']);

    for (const method of ['GET', 'DELETE']) {
        await t.hit(method, `/api/imports/${id}?x=1`, '/api/imports/{id}',
                    [400, 'option_unknown']);
    }

    for (const what of JOB) {
        for (const nobody of [NOBODY, 'x']) {
            await t.hit('GET', `/api/jobs/${nobody}${what}`,
                        `/api/jobs/{id}${what}`, [404, 'job_not_found']);
        }
    }

    for (const nobody of [NOBODY, 'x']) {
        await t.hit('DELETE', `/api/jobs/${nobody}`, '/api/jobs/{id}',
                    [404, 'job_not_found']);
        await t.get(`/api/imports/${nobody}`, '/api/imports/{id}',
                    [404, 'import_not_found']);
        await t.hit('DELETE', `/api/imports/${nobody}`, '/api/imports/{id}',
                    [404, 'import_not_found']);
    }

    // beside the paths, not below them
    await t.hit('GET', `/api/jobs/${id}/x`, '/api/jobs/{id}',
                [404, 'not_found']);
    await t.hit('GET', `/api/jobs${id}`, '/api/jobs/{id}',
                [404, 'not_found']);
    await t.hit('GET', `/api/imports${id}`, '/api/imports/{id}',
                [404, 'import_not_found']);
}


// The document has the parameters that the module knows, no others.
function parameters(t, api, answer, path, method) {
    const known = JSON.parse(answer.body).detail.match(/known are: (.*)/);

    t.same(`${path}: parameters`, known?.[1].split(', ').sort().join(),
           names(api, path, method).sort().join());
}

function names(api, path, method) {
    return api.parameters(path, method).filter((p) => p.in === 'query')
              .map((p) => p.name);
}


async function lists(t, api, id) {
    for (const path of LISTS) {
        const given = names(api, path, 'GET');

        await t.each(ask(path), path);
        await examples(t, api, ask(path), path, 'GET');
        await t.hit('GET', ask(path), path, [406, 'not_acceptable'],
                    { headers: { Accept: 'image/png' } });

        const answer = await t.hit('GET', ask(path, 'colour=red'), path,
                                   [400, 'option_unknown']);

        parameters(t, api, answer, path, 'GET');

        await t.hit('GET', `${path}?${given[0]}=x&${given[0]}=x`, path,
                    [400, 'option_repeated']);

        if (given.includes('after')) {
            await t.hit('GET', ask(path, 'after=x'), path,
                        [400, 'option_invalid']);
            await pages(t, path);
        }

        if (given.includes('import_id')) {
            await t.each(`${path}?import_id=${id}`, path);
            await t.hit('GET', `${path}?import_id=${NOBODY}`, path,
                        [404, 'import_not_found']);
        }
    }

    const near = await t.hit('GET', '/api/listings?modle=x', '/api/listings',
                             [400, 'option_unknown']);

    t.same('a near name', JSON.parse(near.body).did_you_mean, 'model');

    // nothing is there
    await t.each('/api/listings?model=NONE&count=true', '/api/listings');
    await t.each('/api/models?model=NONE', '/api/models');
    await t.get(`/api/listings?import_id=${id}&sort=-final_score`,
                '/api/listings');
}


// "Link" leads through all of it.
async function pages(t, path) {
    const all = JSON.parse((await t.hit('GET', ask(path, 'limit=1000'), path,
                                        [200])).body);
    const want = Math.min(all.length, 4);
    const limit = Math.ceil(want / 2) || 1;
    let url = ask(path, `limit=${limit}`);
    const rows = [];

    while (url && rows.length < want) {
        const answer = await t.get(url, path);

        rows.push(...JSON.parse(answer.body));
        url = answer.headers.link?.match(/^<([^>]*)>/)[1];
    }

    t.same(`${path}: pages`, JSON.stringify(rows.slice(0, want)),
           JSON.stringify(all.slice(0, want)));
}


// What a path can do is what the document says, and "Allow".
async function methods(t, api) {
    for (const template of Object.keys(api.root.paths)) {
        const url = template.replace('{id}', NOBODY);
        const allowed = api.methods(template);

        for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH',
                              'DELETE', 'OPTIONS'])
        {
            if (method !== 'OPTIONS' && allowed.includes(method)) {
                continue;
            }

            const answer = await t.hit(method, url, template,
                method === 'OPTIONS' ? [204] : [405, 'method_not_allowed']);

            t.same(`${method} ${template}: allow`, answer.headers.allow,
                   allowed.join(', '));
        }
    }
}


async function ends(t, id) {
    const undone = await t.hit('DELETE', `/api/imports/${id}`,
                               '/api/imports/{id}', [200]);

    t.same('rows undone', JSON.parse(undone.body).rows, 10);

    const again = await t.hit('DELETE', `/api/imports/${id}`,
                              '/api/imports/{id}', [200]);

    t.same('rows undone again', JSON.parse(again.body).rows, 0);
    await t.get(`/api/jobs/${id}`, '/api/jobs/{id}');
}


// The functions of conf/schema are not there.  A connection that is made anew
// finds that before it is asked anything.
async function missing(t) {
    const id = randomUUID();
    const request = half(t, { 'Glyph-Job-Id': id });
    const wanted = [500, ['query_missing', 'store_broken']];

    for (const path of LISTS) {
        await t.hit('GET', ask(path), path, wanted);
    }

    for (const what of JOB) {
        await t.hit('GET', `/api/jobs/${NOBODY}${what}`,
                    `/api/jobs/{id}${what}`, wanted);
    }

    await t.hit('DELETE', `/api/jobs/${NOBODY}`, '/api/jobs/{id}', wanted);
    await t.hit('GET', `/api/imports/${NOBODY}`, '/api/imports/{id}', wanted);
    await t.hit('DELETE', `/api/imports/${NOBODY}`, '/api/imports/{id}',
                wanted);
    request.abort();
}


// glyph_max_jobs 1, and a spool that takes less than the file.
async function limits(t) {
    const id = randomUUID();
    const request = half(t, { 'Glyph-Job-Id': id });

    await t.until('GET', `/api/jobs/${id}`, '/api/jobs/{id}', [200]);

    // transforms and dry runs have a limit of their own
    const score = half(t, {}, SCORE);

    await t.sleep(200);

    for (const [path, headers] of [...POSTS, [SOURCE, {}]]) {
        await t.hit('POST', path === SOURCE ? `${path}?path=a.csv` : path,
                    path, [429, 'too_many_jobs'],
                    path === SOURCE ? {} : { headers, body: FILE });
    }

    t.judge(await request.end(REST), 'POST', IMPORT, IMPORT, [200]);
    t.judge(await score.end(REST), 'POST', SCORE, SCORE, [200]);

    for (const path of [IMPORT, PERSIST]) {
        await t.hit('POST', path, path, [507, 'spool_full'],
            { body: FILE, headers: { ...CSV, Prefer: 'respond-async' } });
    }

    await t.hit('POST', `${SOURCE}?path=fair.csv`, SOURCE,
                [507, 'spool_full']);
    await t.hit('POST', SCORE, SCORE, [507, 'spool_full'],
                { headers: CSV, body: MORE });
    await t.hit('POST', `${SCORE}?stream=on`, SCORE, [200],
                { headers: CSV, body: MORE });
}


// The spool's directory is gone.
async function disk(t) {
    for (const path of [IMPORT, PERSIST]) {
        await t.hit('POST', path, path, [500, 'spool_failed'],
            { body: FILE, headers: { ...CSV, Prefer: 'respond-async' } });
    }

    await t.hit('POST', `${SOURCE}?path=a.csv`, SOURCE,
                [500, 'spool_failed']);
    await t.hit('POST', SCORE, SCORE, [500, 'spool_failed'],
                { headers: CSV, body: MORE });
}


// Postgres is away, and nothing may be spooled.
async function down(t) {
    for (const path of [IMPORT, PERSIST]) {
        await t.hit('POST', path, path, [503, 'store_unavailable'],
                    { headers: CSV, body: FILE });
        await t.hit('POST', path, path, [503, 'store_unavailable'],
            { body: FILE, headers: { ...CSV, 'Idempotency-Key': 'x' } });
    }

    await t.hit('POST', DRY, DRY, [200], { headers: CSV, body: FILE });
    await t.hit('POST', SCORE, SCORE, [200], { headers: CSV, body: FILE });

    for (const path of LISTS) {
        await t.get(ask(path), path, [503, 'store_unavailable']);
    }

    for (const what of JOB) {
        await t.hit('GET', `/api/jobs/${NOBODY}${what}`,
                    `/api/jobs/{id}${what}`, [503]);
    }

    await t.hit('DELETE', `/api/jobs/${NOBODY}`, '/api/jobs/{id}', [503]);
    await t.hit('GET', `/api/imports/${NOBODY}`, '/api/imports/{id}', [503]);
    await t.hit('DELETE', `/api/imports/${NOBODY}`, '/api/imports/{id}',
                [503]);
    await t.get('/api/health', '/api/health', [503]);
    await t.get('/api/health/full', '/api/health/full', [503]);
}


// Postgres is away, and there is a spool: a key is the one thing that it takes.
async function away(t) {
    await t.hit('POST', `${SOURCE}?path=a.csv`, SOURCE,
                [503, 'store_unavailable'],
                { headers: { 'Idempotency-Key': 'x' } });
}


export const phases = { plain, missing, limits, disk, down, away };
