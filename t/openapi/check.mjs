// Asks for everything that conf/openapi.yaml tells of, and compares.
//
//     node check.mjs DOCUMENT document
//     node check.mjs DOCUMENT PHASE PORT SEEN
//     node check.mjs DOCUMENT reached SEEN
//
// SEEN is a file to which each phase adds what it has reached; "reached" is
// about what none of them has.  What is wrong is on standard output.

import { appendFileSync, readFileSync } from 'node:fs';

import { Client } from './client.mjs';
import { OpenApi } from './document.mjs';
import { phases } from './phases.mjs';

const [file, phase, ...rest] = process.argv.slice(2);
const api = new OpenApi(file);
const errors = [];
let answers = 0;


class Tester {

    constructor(port) {
        this.client = new Client(port);
    }

    // The answer to a request, compared; wanted: status, and code if it is a
    // problem, or several of which it is one.
    async hit(method, url, template, wanted, options = {}) {
        const answer = await this.client.ask(method, url, options);

        return this.judge(answer, method, url, template, wanted, options);
    }

    judge(answer, method, url, template, [status, code], options = {}) {
        const at = `${method} ${url} ${JSON.stringify(options.headers ?? {})}`;
        let { length } = errors;

        answers++;
        errors.push(...api.compare(template, method, answer));

        if (answer.status !== status) {
            errors.push(`${at}: ${answer.status} and not ${status}: `
                + String(answer.body).slice(0, 300));

        } else if (code && method !== 'HEAD'
                   && ![code].flat().includes(JSON.parse(answer.body).code))
        {
            errors.push(`${at}: not ${code}: ${answer.body}`);
        }

        // whose request it was
        for (; length < errors.length; length++) {
            if (!errors[length].startsWith(at)) {
                errors[length] += `\n    (${at})`;
            }
        }

        return answer;
    }

    // GET, then HEAD, then GET with the ETag.
    async get(url, template, wanted = [200], options = {}) {
        const answer = await this.hit('GET', url, template, wanted, options);
        const head = await this.hit('HEAD', url, template, wanted, options);

        for (const name of ['content-type', 'content-length', 'etag',
                            'vary', 'glyph-count'])
        {
            this.same(`HEAD ${url}: ${name}`, head.headers[name],
                      answer.headers[name]);
        }

        if (answer.headers.etag) {
            const not = await this.hit('GET', url, template, [304],
                { ...options, headers: { ...options.headers,
                  'If-None-Match': answer.headers.etag } });

            this.same(`${url}: the ETag of 304`, not.headers.etag,
                      answer.headers.etag);
            await this.hit('GET', url, template, wanted,
                { ...options, headers: { ...options.headers,
                  'If-None-Match': '"other"' } });
        }

        return answer;
    }

    // In all types that the document has for it.
    async each(url, template, wanted = [200]) {
        const { content } = api.resolve(
            api.path(template).get.responses[wanted[0]]);

        for (const type of Object.keys(content)) {
            const answer = await this.get(url, template, wanted,
                                          { headers: { Accept: type } });

            this.same(`${url}: the type`,
                      answer.headers['content-type'].split(';')[0], type);
        }
    }

    // The same request until it is answered so.
    async until(method, url, template, wanted) {
        const end = Date.now() + 10_000;

        for (;;) {
            const answer = await this.client.ask(method, url);

            if (answer.status === wanted[0] || Date.now() > end) {
                return this.judge(answer, method, url, template, wanted);
            }

            await this.sleep(20);
        }
    }

    same(what, value, wanted) {
        if (value !== wanted) {
            errors.push(`${what}: ${value} and not ${wanted}`);
        }
    }

    sleep(ms) {
        return new Promise((resolve) => setTimeout(resolve, ms));
    }
}


if (phase === 'document') {
    errors.push(...await api.check());

} else if (phase === 'reached') {
    const seen = new Set(readFileSync(rest[0], 'utf8').split('\n'));

    errors.push(...api.all().filter((what) => !seen.has(what))
                            .map((what) => `never reached: ${what}`));

} else {
    await phases[phase](new Tester(rest[0]), api);
    appendFileSync(rest[1], [...api.seen, ''].join('\n'));
    console.log(`${answers} answers`);
}

for (const error of errors) {
    console.log(error);
}

process.exit(errors.length ? 1 : 0);
