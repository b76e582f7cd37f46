/*
 * Files in: dropped, chosen or pasted, each looked at before it is sent.
 */

import { ask, field, fill, h, icon, redraw, say } from '../lib/dom.js';
import { changes, check, drop, files, put, replace, start, cancel }
  from '../lib/queue.js';
import { bytes, count, duration, list, percent, t } from '../lib/texts.js';
import { sheets } from '../lib/xlsx.js';
import { sheet } from './file.js';

const ACCEPT = '.csv,.tsv,.txt,.json,.ndjson,.jsonl,.xlsx,.xlsm,.gz,text/csv,'
  + 'application/json';

let chosen = null;              // the file whose details are shown

async function workbook(file) {
  let book;
  try {
    book = (await sheets(file)).filter((s) => !s.hidden);
  } catch {
    say(t('import.xlsx_unreadable', { name: file.name }));
    return;
  }
  if (!book.length) {
    say(t('import.xlsx_empty', { name: file.name }));
    return;
  }
  const open = async (one) => {
    const { csv } = await one.read();
    return new Blob([csv], { type: 'text/csv' });
  };
  const item = await put(`${file.name.replace(/\.xls[xm]$/i, '')}.csv`,
    await open(book[0]), {
      book: file.name, sheets: book.map((s) => s.name), sheet: 0,
      async change(k) {
        await replace(item, await open(book[k]), { ...item.from, sheet: k });
      },
    });
  take(item);
}

function take(item) {
  chosen ??= item;
  if (!files.includes(chosen)) {
    chosen = item;
  }
  check(item);
}

export async function receive(list) {
  for (const file of list) {
    if (/\.xls[xm]$/i.test(file.name)) {
      await workbook(file);
    } else if (/\.xls$/i.test(file.name)) {
      say(t('import.xls', { name: file.name }));
    } else if (file.size === 0) {
      say(t('import.empty', { name: file.name }));
    } else {
      take(await put(file.name, file));
    }
  }
}

function pasted(text) {
  if (text.trim()) {
    receive([new File([text], t('import.pasted_name'), { type: 'text/csv' })]);
  }
}

async function paste() {
  const area = h('textarea', { rows: 12, spellcheck: false });
  const text = await ask(t('import.paste_title'), [
    field(t('import.paste_label'), area, t('import.paste_hint'))], [
    { label: t('cancel'), value: null },
    { label: t('import.paste_do'), kind: 'primary', value: () => area.value },
  ]);
  if (text) {
    pasted(text);
  }
}

function zone(small) {
  const input = h('input', { type: 'file', multiple: true, accept: ACCEPT,
    class: 'unseen', tabindex: '-1', 'aria-hidden': 'true', onchange() {
      receive([...input.files]);
      input.value = '';
    } });
  const area = h(small ? '.zone.small' : '.zone', {
    ondragenter() { area.classList.add('over'); },
    ondragover(event) {
      event.preventDefault();
      area.classList.add('over');
    },
    ondragleave(event) {
      if (!area.contains(event.relatedTarget)) {
        area.classList.remove('over');
      }
    },
    ondrop(event) {
      event.preventDefault();
      area.classList.remove('over');
      receive([...event.dataTransfer.files]);
    },
  }, small ? null : h('.zone-icon', icon('upload')),
  h('.zone-text', h('strong', t(small ? 'import.more' : 'import.drop')),
    small ? null : h('span', t('import.kinds'))),
  h('.zone-buttons',
    h(small ? 'button' : 'button.primary', { type: 'button',
      onclick() { input.click(); } }, icon('file'), t('import.choose')),
    h('button', { type: 'button', onclick: paste }, icon('paste'),
      t('import.paste'))), input);
  return area;
}

/* How a file of the queue is, in a word. */
export function state(item) {
  const c = item.check;
  switch (item.state) {
  case 'sending':
    return ['busy', t('queue.sending', { percent:
      percent(item.sent / item.blob.size) })];
  case 'waits': return ['warn', t('queue.waits')];
  case 'sent': return ['ok', t('queue.sent')];
  case 'failed': return ['bad', t('queue.failed')];
  default:
  }
  if (c.state === 'busy') {
    return ['busy', t('queue.checking')];
  }
  if (c.state === 'waits') {
    return ['warn', t('queue.waits')];
  }
  if (c.state === 'refused') {
    return ['bad', t('queue.refused')];
  }
  return c.result.invalid_rows
    ? ['warn', t('queue.errors', { n: c.result.invalid_rows })]
    : ['ok', t('queue.ready')];
}

function entry(item) {
  const [kind, text] = state(item);
  const row = h('li', h('button.file-tab', { type: 'button',
    'aria-pressed': String(item === chosen), onclick() {
      chosen = item;
      changes.dispatchEvent(new CustomEvent('change', { detail: null }));
    } },
  h('span.file-name', item.name),
  h('span.file-state', { class: `file-state ${kind}` },
    h('span.dot'), text, ' · ', bytes(item.blob.size))),
  h('button.quiet.square', { type: 'button', 'aria-label':
    t('queue.remove', { name: item.name }), title: t('remove'), onclick() {
    drop(item);
  } }, icon('close')));
  return row;
}

function transfer(item) {
  if (item.state === 'sent') {
    return h('.callout.ok', icon('ok'), h('div',
      h('strong', t('queue.sent_title')), h('p', t('queue.sent_text'))),
    h('a.button.primary', { href: `#/jobs/${item.jobId}` }, t('queue.follow')));
  }
  const left = item.rate ? (item.blob.size - item.sent) / item.rate : null;
  return h('.callout', h('.grow',
    h('strong', item.state === 'waits' ? t('queue.lost')
      : t('queue.sending_title')),
    h('progress', { max: item.blob.size, value: item.sent,
      'aria-label': t('queue.sending_title') }),
    h('p.small', item.state === 'waits' ? item.problem?.message || ''
      : list([t('queue.of', { part: bytes(item.sent),
        all: bytes(item.blob.size) }), `${bytes(item.rate)}/s`,
      left === null ? '' : t('left', { time: duration(left) })]))),
  h('button', { type: 'button', onclick() { cancel(item); } }, t('cancel')));
}

export function show(root) {
  const queue = h('ul.queue', { 'aria-label': t('queue.label') });
  const detail = h('.detail');
  const top = h('.top');
  let shown = null;
  let part = null;

  const go = async (item) => {
    const one = files.filter((f) => f.state !== 'sent').length === 1;
    if (await start(item) && one && location.hash.replace(/^#\/?/, '') === '') {
      location.hash = `#/jobs/${item.jobId}`;
    }
  };

  const draw = () => {
    if (chosen && !files.includes(chosen)) {
      chosen = files[files.length - 1] || null;
    }
    const ready = files.filter((f) => f.state === 'ready'
      && f.check.state === 'fine');

    root.classList.toggle('begun', files.length > 0);
    redraw(queue, files.map(entry));
    queue.hidden = files.length < 2;
    all.hidden = ready.length < 2;
    all.textContent = t('queue.all', { n: ready.length });
    if (top.dataset.small !== String(files.length > 0)) {
      top.dataset.small = String(files.length > 0);
      fill(top, zone(files.length > 0), files.length ? null : promise());
    }
    if (!chosen) {
      fill(detail);
      shown = part = null;
      return;
    }
    const busy = ['sending', 'waits', 'sent'].includes(chosen.state);
    const id = `${chosen.key} ${busy}`;
    if (shown !== id) {
      shown = id;
      part = busy ? null : sheet(chosen, go);
      fill(detail, part ? part.root : null);
    }
    if (busy) {
      redraw(detail, h('h2', chosen.name), transfer(chosen));
    } else {
      part.update();
    }
  };

  const all = h('button.primary', { type: 'button', hidden: true,
    async onclick() {
      for (const item of files.filter((f) => f.state === 'ready'
        && f.check.state === 'fine')) {
        await start(item);
      }
    } });

  const onpaste = (event) => {
    if (event.target.closest?.('input, textarea, dialog')) {
      return;
    }
    const { files: given } = event.clipboardData;
    if (given.length) {
      receive([...given]);
    } else {
      pasted(event.clipboardData.getData('text/plain'));
    }
  };

  fill(root, h('.import-head', h('h1', t('import.title')), top),
    h('.columns', h('.side', queue, all), detail));
  draw();
  changes.addEventListener('change', draw);
  document.addEventListener('paste', onpaste);
  return () => {
    changes.removeEventListener('change', draw);
    document.removeEventListener('paste', onpaste);
  };
}

function promise() {
  return h('ol.promise', ['look', 'mend', 'watch', 'explore'].map((step) =>
    h('li', h('strong', t(`promise.${step}`)),
      h('span', t(`promise.${step}_text`)))));
}
