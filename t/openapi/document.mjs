// conf/openapi.yaml, checked by itself, and what it says about an answer.

import { readFileSync } from 'node:fs';

import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { parse } from 'yaml';

const BASE = 'glyph:openapi';

// Headers that are ours: one that the document does not know is an error.
const OURS = new RegExp('^(glyph-.*|accept-(encoding|post)|allow|cache-control|etag|link'
    + '|location|preference-applied|retry-after|server-timing|trailer|vary'
    + '|x-accel-buffering)$');


export class OpenApi {

    constructor(path) {
        this.text = readFileSync(path, 'utf8');
        this.root = parse(this.text);
        this.seen = new Set();
        this.compiled = new Map();

        this.ajv = new Ajv({ strict: true, strictRequired: false,
                             strictTypes: false, allErrors: true });
        formats(this.ajv);
        this.ajv.addVocabulary(['components']);

        this.ajv.addSchema({ $id: BASE, components:
            { schemas: this.root.components.schemas } });
    }

    async check() {
        const errors = [];
        const result = await new Validator().validate(this.root);

        if (!result.valid) {
            errors.push('not a valid document: '
                + JSON.stringify(result.errors, null, 1).slice(0, 4000));
        }

        for (const [kind, all] of Object.entries(this.root.components)) {
            for (const name of Object.keys(all)) {
                if (!this.text.includes(`'#/components/${kind}/${name}'`)) {
                    errors.push(`nothing refers to ${kind}/${name}`);
                }
            }
        }

        this.#checkNode(this.root, '#', errors);

        return errors;
    }

    // References lead somewhere, and examples are what their schemas say.
    #checkNode(node, at, errors) {
        if (node === null || typeof node !== 'object') {
            return;
        }

        if (typeof node.$ref === 'string') {
            try {
                this.resolve(node);
            } catch {
                errors.push(`${at}: ${node.$ref} is nowhere`);
            }
        }

        if (node.schema && node.example !== undefined) {
            errors.push(...this.#validate(node.schema, node.example,
                                          `${at}: the example`));
        }

        if (node.schema && node.examples) {
            for (const [name, example] of Object.entries(node.examples)) {
                errors.push(...this.#validate(node.schema, example.value,
                                              `${at}: example ${name}`));
            }
        }

        if (node['x-item-schema'] && node.example) {
            errors.push(...this.#lines(node, node.example, at));
        }

        for (const [key, value] of Object.entries(node)) {
            this.#checkNode(value, `${at}/${key}`, errors);
        }
    }

    resolve(node) {
        while (node && typeof node.$ref === 'string') {
            const to = node.$ref.slice(2).split('/').reduce((at, key) =>
                at[key.replaceAll('~1', '/').replaceAll('~0', '~')],
                this.root);

            if (to === undefined) {
                throw new Error(`${node.$ref} is nowhere`);
            }

            node = to;
        }

        return node;
    }

    path(template) {
        const item = this.root.paths[template];

        if (item === undefined) {
            throw new Error(`the document has no path ${template}`);
        }

        return item;
    }

    // Methods of a path, as "Allow" has them.
    methods(template) {
        const item = this.path(template);

        return ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS'].filter((m) =>
            item[(m === 'HEAD' ? 'GET' : m).toLowerCase()]);
    }

    parameters(template, method) {
        const item = this.path(template);

        return [...item.parameters ?? [],
                ...item[method.toLowerCase()].parameters ?? []]
            .map((p) => this.resolve(p));
    }

    // What is wrong with an answer; each is reached once it was compared.
    compare(template, method, answer) {
        const item = this.path(template);
        const name = (method === 'HEAD') ? 'get' : method.toLowerCase();
        const at = `${method} ${template} ${answer.status}`;
        let response;

        if (item[name]) {
            response = this.resolve(item[name].responses[answer.status]);
        } else if (answer.status === 405) {
            response = this.resolve(item['x-other-methods']);
        }

        if (response === undefined) {
            return [`${at}: not in the document: `
                + String(answer.body).slice(0, 300)];
        }

        return [...this.#headers(response, answer, at),
                ...this.#content(response, method, answer, at)];
    }

    #headers(response, answer, at) {
        const errors = [];
        const known = {};

        for (const [name, header] of Object.entries(response.headers ?? {})) {
            known[name.toLowerCase()] = this.resolve(header);
        }

        for (const [name, header] of Object.entries(known)) {
            const value = answer.headers[name];

            if (value === undefined) {
                if (header.required) {
                    errors.push(`${at}: ${name} is missing`);
                }

                continue;
            }

            const schema = this.resolve(header.schema);

            errors.push(...this.#validate(header.schema,
                schema.type === 'integer' && /^[0-9]+$/.test(value)
                    ? Number(value) : value, `${at}: ${name}`));
        }

        for (const [name, n] of Object.entries(answer.count)) {
            if (OURS.test(name) && known[name] === undefined) {
                errors.push(`${at}: ${name} is not in the document: `
                    + answer.headers[name]);
            }

            if (OURS.test(name) && n > 1) {
                errors.push(`${at}: ${name} is there ${n} times`);
            }
        }

        return errors;
    }

    #content(response, method, answer, at) {
        const [type, ...params] = (answer.headers['content-type'] ?? '')
            .split(/; */);

        if (response.content === undefined) {
            this.seen.add(at);

            return (type === '' && answer.body.length === 0)
                ? [] : [`${at}: has a body or a type: ${type}`];
        }

        const media = response.content[type];

        if (media === undefined) {
            return [`${at}: type "${type}" is not in the document`];
        }

        if (/^text\/(?!event-stream)/.test(type)
            && !params.includes('charset=utf-8'))
        {
            return [`${at}: ${type} has no charset`];
        }

        if (method === 'HEAD') {
            return answer.body.length ? [`${at}: has a body`] : [];
        }

        this.seen.add(`${at} ${type}`);

        const text = new TextDecoder('utf-8', { fatal: true })
            .decode(answer.body);

        if (media['x-event-data']) {
            return this.#events(media, text, at);
        }

        if (!/json$/.test(type)) {
            return [...this.#validate(media.schema, text, at),
                    ...this.#lines(media, text, at)];
        }

        if (/ndjson$/.test(type)) {
            return this.#lines(media, text, at);
        }

        return [...this.#json(media.schema, text, at),
                ...(type === 'application/problem+json'
                    ? this.#problem(text, answer, at) : [])];
    }

    #problem(text, answer, at) {
        const problem = JSON.parse(text);
        const errors = [];

        if (problem.status !== answer.status) {
            errors.push(`${at}: status is ${problem.status}`);
        }

        if (problem.type !== `urn:glyph:problem:${problem.code}`) {
            errors.push(`${at}: type is ${problem.type}`);
        }

        return errors;
    }

    #lines(media, text, at) {
        if (!media['x-item-schema']) {
            return [];
        }

        return text.split('\n').filter((line) => line !== '')
            .flatMap((line) => this.#json(media['x-item-schema'], line, at));
    }

    #events(media, text, at) {
        const errors = [...this.#validate(media.schema, text, at)];
        const data = [...text.matchAll(
            /^id: \d+\nevent: (\w+)\ndata: (.*)\n\n/mg)];

        if (data.length === 0) {
            errors.push(`${at}: no event in ${text}`);
        }

        for (const [, event, job] of data) {
            const { state } = JSON.parse(job);
            const end = /^(completed|failed|cancelled)$/.test(state);

            errors.push(...this.#json(media['x-event-data'], job, at));

            if (event !== (end ? state : 'progress')) {
                errors.push(`${at}: event ${event} of a job ${state}`);
            }
        }

        return errors;
    }

    #json(schema, text, at) {
        try {
            return this.#validate(schema, JSON.parse(text), at);
        } catch (error) {
            return [`${at}: ${error.message}: ${text.slice(0, 300)}`];
        }
    }

    #validate(schema, value, at) {
        const key = JSON.stringify(schema);

        if (!this.compiled.has(key)) {

            // references are to the document, wherever they stand
            this.compiled.set(key, this.ajv.compile(JSON.parse(
                key.replaceAll('"#/components', `"${BASE}#/components`))));
        }

        const compiled = this.compiled.get(key);

        if (compiled(value)) {
            return [];
        }

        return [`${at}: ` + compiled.errors.map((e) =>
            `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`)
            .join('; ') + ` in ${JSON.stringify(value).slice(0, 600)}`];
    }

    // Everything that must be reached.
    all() {
        const all = [];

        for (const [path, item] of Object.entries(this.root.paths)) {
            for (const method of ['get', 'post', 'delete', 'options']) {
                for (const [status, ref] of
                     Object.entries(item[method]?.responses ?? {}))
                {
                    const at = `${method.toUpperCase()} ${path} ${status}`;
                    const { content } = this.resolve(ref);

                    all.push(...content ? Object.keys(content)
                                              .map((t) => `${at} ${t}`)
                                        : [at]);
                }
            }
        }

        return all;
    }
}
