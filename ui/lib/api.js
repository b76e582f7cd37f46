/*
 * The API, wherever the page is: below a prefix it is there, too.  Errors are
 * the server's problem documents, or one of our own where none came.
 */

const meta = document.querySelector('meta[name="glyph-api"]');

export const base = new URL(meta?.content || '../api/', document.baseURI);

export class Problem extends Error {
  constructor(status, body, after) {
    super(body?.detail || body?.title || `HTTP ${status}`);
    this.status = status;
    this.code = body?.code || (status ? 'unknown' : 'unreachable');
    this.body = body || {};
    this.after = after;         // seconds until it is worth another try
  }

  get passing() {
    return this.status === 0 || this.status === 503 || this.status === 502
      || this.status === 504 || this.status === 429;
  }
}

export function address(path, params = {}) {
  const url = new URL(path, base);
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== null && value !== '') {
      url.searchParams.set(name, value);
    }
  }
  return url;
}

export async function problem(response) {
  let body = null;
  try {
    body = await response.json();
  } catch { /* a proxy's page, or nothing */ }
  return new Problem(response.status, body,
    Number(response.headers.get('Retry-After')) || undefined);
}

export async function request(path, { params, signal, ...init } = {}) {
  let response;
  try {
    response = await fetch(address(path, params), { signal, ...init });
  } catch (error) {
    if (error.name === 'AbortError') {
      throw error;
    }
    throw new Problem(0, null);
  }
  if (!response.ok) {
    throw await problem(response);
  }
  return response;
}

/* The cursor of the next page; of the link only that counts: its path is the
 * server's, which a prefix has changed. */
export function cursor(response) {
  const link = response.headers.get('Link');
  const match = link && link.match(/<([^>]*)>\s*;[^,]*rel="?next"?/);
  return match ? new URL(match[1], base).searchParams.get('after') : null;
}

export async function get(path, params, signal) {
  const response = await request(path, { params, signal });
  const count = response.headers.get('Glyph-Count');
  return { data: await response.json(), next: cursor(response),
    count: count === null ? null : Number(count) };
}

export async function remove(path) {
  return (await request(path, { method: 'DELETE' })).json();
}

/* Lines of NDJSON as they come. */
export async function lines(path, { params, signal, online }) {
  const response = await request(path, { params, signal,
    headers: { Accept: 'application/x-ndjson' } });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';

  for (;;) {
    const { done, value } = await reader.read();
    rest += value || '';
    const parts = rest.split('\n');
    rest = done ? '' : parts.pop();
    const whole = parts.filter(Boolean).map((line) => JSON.parse(line));
    if (whole.length) {
      online(whole);
    }
    if (done) {
      return response;
    }
  }
}

/* A job's states until it has ended.  The browser comes back by itself when the
 * stream breaks off; where it does not, we do. */
export function follow(id, onstate, onlost) {
  let source;
  let timer;
  let over = false;

  const open = () => {
    source = new EventSource(address(`jobs/${id}/events`));
    const told = (event) => {
      const job = JSON.parse(event.data);
      onstate(job);
      if (event.type !== 'progress') {
        stop();
      }
    };
    for (const type of ['progress', 'completed', 'failed', 'cancelled']) {
      source.addEventListener(type, told);
    }
    source.onerror = () => {
      if (over) {
        return;
      }
      onlost?.();
      if (source.readyState === EventSource.CLOSED) {
        timer = setTimeout(open, 3000);
      }
    };
  };

  const stop = () => {
    over = true;
    clearTimeout(timer);
    source.close();
  };

  open();
  return stop;
}

/* UUIDv7, as the server's own: they sort by time. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let now = Date.now();
  for (let i = 5; i >= 0; i--) {
    bytes[i] = now % 256;
    now = Math.floor(now / 256);
  }
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16),
    hex.slice(16, 20), hex.slice(20)].join('-');
}
