// HTTP without help: what is sent is what is written here, and answers are
// taken as they are.

import http from 'node:http';


export class Client {

    constructor(port) {
        this.port = port;
    }

    // with: headers, body, local (the address to come from)
    ask(method, path, options = {}) {
        return this.begin(method, path, options).end();
    }

    // A request whose body is not all sent yet: send() more, then end().
    begin(method, path, { headers = {}, body = '', local } = {}) {
        const request = http.request({ method, path, headers, host: '127.0.0.1',
            port: this.port, localAddress: local, agent: false });
        let done;

        const answer = new Promise((resolve, reject) => {
            request.on('error', reject);
            request.setTimeout(20_000, () =>
                request.destroy(new Error(`${method} ${path}: no answer`)));

            request.on('response', (response) => {
                const parts = [];

                response.on('data', (part) => parts.push(part));
                response.on('error', reject);
                response.on('end', () => resolve({
                    status: response.statusCode,
                    headers: response.headers,
                    count: counted(response.rawHeaders),
                    trailers: response.trailers,
                    body: Buffer.concat(parts) }));
            });
        });

        // whoever asks late gets the error then
        answer.catch(() => {});

        if (body.length) {
            request.write(body);
        }

        return {
            answer,
            send: (more) => request.write(more),
            end: (more) => {
                done ??= request.end(more);
                return answer;
            },
            abort: () => request.destroy(),
        };
    }
}


function counted(raw) {
    const count = {};

    for (let i = 0; i < raw.length; i += 2) {
        const name = raw[i].toLowerCase();
        count[name] = (count[name] ?? 0) + 1;
    }

    return count;
}
