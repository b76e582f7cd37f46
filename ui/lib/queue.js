/*
 * The files of this page: what is known of each, and its way to the server.
 * It outlives views, so that a transfer goes on while one looks elsewhere.
 */

import { Problem, get, uuid } from './api.js';
import { head } from './csv.js';
import { send } from './transfer.js';
import { keep, recall } from './store.js';

const LOOK = 1024 * 1024;       // so much of a file is looked at first
const ATTEMPTS = 8;

export const changes = new EventTarget();
export const files = [];

function changed(item) {
  changes.dispatchEvent(new CustomEvent('change', { detail: item }));
}

const TYPES = {
  json: 'application/json', ndjson: 'application/x-ndjson',
  jsonl: 'application/x-ndjson',
};

let keys = 0;
let plain = false;              // the server links by metadata only

/* blob is what is sent; "from" tells of a workbook's sheet. */
export async function put(name, blob, from = null) {
  const packed = /\.gz$/i.test(name);
  const ending = name.replace(/\.gz$/i, '').split('.').pop().toLowerCase();
  const item = {
    key: `k${++keys}`, name, blob, from, packed,
    type: TYPES[ending] || 'text/csv', options: {}, map: {}, label: '',
    check: { state: 'busy' }, state: 'ready', sent: 0, rate: 0, jobId: null,
    problem: null, mends: null,
  };
  files.push(item);
  changed(item);
  await look(item);
  return item;
}

/* The part that is looked at: unpacked, whole lines.  An array of JSON has no
 * such part; all of it is sent. */
async function look(item) {
  let { blob } = item;
  if (item.packed) {
    try {
      const reader = blob.stream().pipeThrough(new DecompressionStream('gzip'))
        .getReader();
      const parts = [];
      let size = 0;
      while (size <= LOOK) {
        const { done, value } = await reader.read();
        if (done) {
          break;
        }
        parts.push(value);
        size += value.length;
      }
      reader.cancel();
      blob = new Blob(parts);
    } catch {
      blob = item.blob;
    }
  }
  item.head = item.type === 'application/json' ? blob : await head(blob, LOOK);
  item.partial = item.packed ? blob.size > LOOK : item.head.size < blob.size;
}

export function replace(item, blob, from) {
  item.blob = blob;
  item.from = from;
  return look(item).then(() => check(item));
}

export function drop(item) {
  item.abort?.abort();
  files.splice(files.indexOf(item), 1);
  changed(null);
}

/* "Preis, EUR":price,Titel:title */
export function mapping(map) {
  return Object.entries(map).map(([name, target]) =>
    `${/[,"]|^\s|\s$/.test(name) ? `"${name.replaceAll('"', '""')}"` : name}`
    + `:${target}`).join(',');
}

export function params(item) {
  const { strict, ...options } = item.options;
  return { ...options, map: mapping(item.map) };
}

function headers(item, whole) {
  const all = { 'Content-Type': item.type };
  if (whole && item.packed) {
    all['Content-Encoding'] = 'gzip';
  }
  return all;
}

/* A dry run of what is looked at, or of all.  A later one ends an earlier. */
export async function check(item, whole = false) {
  item.checking?.abort();
  const { signal } = item.checking = new AbortController();
  item.check = { ...item.check, state: 'busy', loaded: 0 };
  changed(item);

  const done = (check) => {
    item.check = { ...check, whole: whole || !item.partial };
    changed(item);
  };

  try {
    const { body } = await send('import/csv', whole ? item.blob : item.head, {
      params: { ...params(item), dry_run: 'true', filename: item.name },
      headers: headers(item, whole), signal,
      onprogress(loaded, total) {
        item.check.loaded = loaded / total;
        changed(item);
      },
    });
    done({ state: 'fine', result: body });
  } catch (error) {
    if (error.name === 'AbortError') {
      return;
    }
    if (!(error instanceof Problem)) {
      throw error;
    }
    if (error.passing) {
      done({ ...item.check, state: 'waits', problem: error });
      setTimeout(() => {
        if (!signal.aborted && files.includes(item)) {
          check(item, whole);
        }
      }, (error.after || 3) * 1000);
      return;
    }
    done({ state: 'refused', problem: error,
      result: error.body.total_rows === undefined ? null : error.body });
  }
}

/* Which mapping a header got the last time. */
export function recalled(item, names) {
  const id = names.join('\u001f');
  if (item.header === id) {
    return false;
  }
  item.header = id;
  const map = recall('maps', {})[id];
  if (!map || Object.keys(item.map).length) {
    return false;
  }
  item.map = { ...map };
  item.remembered = true;
  return true;
}

export function remap(item, name, target, was) {
  if (target === was) {
    delete item.map[name];
  } else {
    item.map[name] = target;
  }
  item.remembered = false;
}

export function unremember(item) {
  keep('maps', item.header, undefined);
  item.map = {};
  item.remembered = false;
}

const pause = (seconds) => new Promise((go) => {
  setTimeout(go, seconds * 1000);
});

/* What became of a job whose answer did not come. */
async function outcome(id) {
  try {
    const { data } = await get(`jobs/${id}/status`);
    return ['failed', 'cancelled'].includes(data.state) ? null : data;
  } catch (error) {
    if (error.status === 404) {
      return null;
    }
    throw error;
  }
}

async function attempt(item) {
  const began = performance.now();
  const { signal } = item.abort = new AbortController();
  item.jobId = uuid();
  item.state = 'sending';
  item.sent = 0;
  changed(item);

  const prefer = item.options.strict ? 'respond-async, handling=strict'
    : 'respond-async';
  const options = { ...params(item), filename: item.name,
    source_label: item.label };
  if (item.mends) {
    options.metadata = JSON.stringify({ retry_of: item.mends });
    if (!plain) {
      options.retry_of = item.mends;
    }
  }
  await send('import/csv', item.blob, {
    params: options, signal,
    headers: { ...headers(item, true), Prefer: prefer,
      'Glyph-Job-Id': item.jobId },
    onprogress(loaded) {
      item.sent = loaded;
      item.rate = loaded / Math.max(0.2, (performance.now() - began) / 1000);
      changed(item);
    },
  });
}

/* Sends a file until it is there; what passes is waited for. */
export async function start(item) {
  if (Object.keys(item.map).length && item.header) {
    keep('maps', item.header, item.map);
  }
  item.problem = null;

  for (let tries = 1; ; tries++) {
    try {
      await attempt(item);
      break;
    } catch (error) {
      if (error.name === 'AbortError') {
        item.state = 'ready';
        changed(item);
        return false;
      }
      if (!(error instanceof Problem)) {
        throw error;
      }
      if (item.mends && !plain && error.code === 'option_unknown') {
        plain = true;
        continue;
      }
      // a browser sends by itself again what a cut connection took along
      const lost = error.status === 0 || error.code === 'job_id_used';
      item.problem = error;
      if (!(error.passing || lost) || tries === ATTEMPTS) {
        item.state = 'failed';
        changed(item);
        return false;
      }
      item.state = 'waits';
      changed(item);
      await pause(error.after || Math.min(10, 2 ** tries / 2));
      const job = lost && await outcome(item.jobId).catch(() => null);
      if (!files.includes(item)) {
        return false;
      }
      if (job) {
        break;
      }
    }
  }

  item.problem = null;
  item.state = 'sent';
  keep('sent', item.jobId, { name: item.name, options: params(item),
    type: item.type, mends: item.mends });
  changed(item);
  return true;
}

export function cancel(item) {
  item.abort?.abort();
}

export const sending = (id) => files.find((f) => f.jobId === id
  && (f.state === 'sending' || f.state === 'waits'));

addEventListener('beforeunload', (event) => {
  if (files.some((f) => f.state === 'sending')) {
    event.preventDefault();
  }
});
