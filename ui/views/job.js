/*
 * One import: on its way, and what it came to.
 */

import { ask, fill, h, icon, say } from '../lib/dom.js';
import { follow, get, Problem, remove } from '../lib/api.js';
import { changes, files, sending, cancel } from '../lib/queue.js';
import { bars } from '../lib/plot.js';
import { recall } from '../lib/store.js';
import { trouble } from '../lib/load.js';
import { ago, bytes, codeText, count, duration, list, modelName,
  t, when } from '../lib/texts.js';
import { hint, scores, tile } from './file.js';

const OVER = ['completed', 'failed', 'cancelled'];
const STEPS = ['receiving', 'queued', 'processing', 'completed'];

export function badge(state) {
  const kind = { completed: 'ok', failed: 'bad', cancelled: '', undone: '',
    stalled: 'warn' }[state] ?? 'busy';
  return h('span', { class: `badge ${kind}` }, t(`state.${state}`));
}

export async function stop(id) {
  const sure = await ask(t('cancel.title'), h('p', t('cancel.text')), [
    { label: t('cancel.no'), value: null },
    { label: t('cancel.yes'), kind: 'danger', value: true }]);
  if (!sure) {
    return false;
  }
  const item = sending(id);
  try {
    await remove(`jobs/${id}`);
  } catch (error) {
    if (!(error instanceof Problem) || !item) {
      say(error.message);
    }
  }
  if (item) {
    cancel(item);
  }
  return true;
}

export async function undo(id, name, rows) {
  const sure = await ask(t('undo.title'), h('p', t('undo.text', { n: rows,
    name: name || id })), [
    { label: t('undo.no'), value: null },
    { label: t('undo.yes', { n: rows }), kind: 'danger', value: true }]);
  if (!sure) {
    return false;
  }
  try {
    const answer = await remove(`imports/${id}`);
    say(t('undo.done', { n: answer.rows }));
    return true;
  } catch (error) {
    say(error.message);
    return false;
  }
}

/* Which imports mend which; the server keeps it with the import. */
async function relations(id) {
  const own = recall('sent', {});
  const links = new Map(Object.entries(own).filter(([, v]) => v.mends)
    .map(([child, v]) => [child, v.mends]));
  try {
    const { data } = await get('imports', { limit: 200 });
    for (const one of data) {
      const parent = one.retry_of || one.metadata?.retry_of;
      if (parent) {
        links.set(one.import_id, parent);
      }
    }
  } catch { /* it is said elsewhere that the store is away */ }
  return { parent: links.get(id) || null,
    children: [...links].filter(([, p]) => p === id).map(([c]) => c) };
}

export function show(root, [id]) {
  const title = h('h1', recall('sent', {})[id]?.name || t('job.title'));
  const head = h('header.job-head');
  const body = h('.job-body');
  let job = null;
  let result = null;
  let over = false;
  let gone = false;

  fill(root, h('nav.crumbs', { 'aria-label': t('nav.where') },
    h('a', { href: '#/jobs' }, t('nav.jobs')), ' / ', h('span', id.slice(-12))),
  title, head, body);

  function drawHead() {
    fill(head, badge(job?.undone_at ? 'undone' : job?.state || 'receiving'),
      h('span.small', list([job?.filename && job.filename !== title.textContent
        ? job.filename : '', job?.source_label,
      job?.created_at ? ago(job.created_at) : ''])),
      h('.grow'),
      !over ? h('button', { type: 'button', onclick() { stop(id); } },
        t('job.cancel')) : null,
      over && job.state === 'completed' && !job.undone_at
        ? h('button', { type: 'button', async onclick() {
          if (await undo(id, job.filename, job.counts.valid)) {
            listen();
          }
        } }, icon('undo'), t('job.undo')) : null);
  }

  const line = h('progress', { 'aria-label': t('job.progress') });
  const ways = h('ol.steps');
  const numbers = h('.tiles');
  const lost = h('.small', { role: 'status' });
  const live = h('section.panel', ways, line, numbers, lost);

  function drawLive() {
    const item = sending(id);
    const p = job?.progress || {};
    const share = item && item.sent < item.blob.size && !(p.rows > 0)
      ? item.sent / item.blob.size * 100 : p.percent ?? 0;
    const at = STEPS.indexOf(job?.state === 'stalled' ? 'processing'
      : job?.state || 'receiving');
    if (share > 0 || job?.state !== 'queued') {
      line.max = 100;
      line.value = share;
    } else {
      line.removeAttribute('value');
    }
    fill(ways, STEPS.map((s, i) => h('li', { class: i < at ? 'done'
      : i === at ? 'now' : '', 'aria-current': i === at ? 'step' : null },
    h('span.mark', i < at ? icon('ok') : i + 1), t(`step.${s}`))));
    fill(numbers,
      tile(item && item.sent < item.blob.size
        ? `${bytes(item.sent)} / ${bytes(item.blob.size)}`
        : p.bytes_total ? `${bytes(p.bytes || 0)} / ${bytes(p.bytes_total)}`
          : bytes(p.bytes || 0), t('tile.bytes')),
      tile(count(p.rows || 0), t('tile.rows')),
      tile(count(Math.round(p.rows_per_second || 0)), t('tile.rate')),
      tile(p.eta_seconds == null ? '—' : duration(p.eta_seconds),
        t('tile.left')),
      tile(count(job?.counts?.invalid || 0), t('tile.invalid'),
        job?.counts?.invalid ? 'bad' : ''));
    if (live.parentNode !== body) {
      fill(body, live);
    }
  }

  async function drawResult() {
    if (job.state !== 'completed') {
      fill(body, h('.callout', { class: `callout ${
        job.state === 'failed' ? 'bad' : ''}` },
      icon(job.state === 'failed' ? 'bad' : 'close'), h('.grow',
        h('strong', job.state === 'failed'
          ? codeText(job.error?.code) : t('job.cancelled')),
        h('p', job.error?.detail || t('job.cancelled_text')),
        h('p.small', t('job.nothing_kept'))),
      job.counts?.invalid ? h('a.button', { href: `#/jobs/${id}/errors` },
        t('job.see_errors')) : null));
      return;
    }
    const [answer, linked] = await Promise.all([
      get(`jobs/${id}/result`).then((a) => a.data, (error) => error),
      relations(id)]);
    if (gone) {
      return;
    }
    if (answer instanceof Error) {
      fill(body, trouble(answer));
      if (answer.passing) {
        setTimeout(() => !gone && drawResult(), 3000);
      }
      return;
    }
    result = answer;
    const r = result;
    const children = (await Promise.all(linked.children.map((c) =>
      get(`imports/${c}`).then((a) => a.data, () => null)))).filter(Boolean);
    if (gone) {
      return;
    }
    const mended = children.reduce((n, c) => n + c.valid_rows, 0);

    fill(body,
      job.undone_at ? h('.callout', icon('undo'), h('.grow', t('job.undone',
        { time: when(job.undone_at) }))) : null,
      linked.parent ? h('.callout', icon('link'), h('.grow', t('job.mends')),
        h('a.button', { href: `#/jobs/${linked.parent}` }, t('job.first')))
        : null,
      h('.tiles',
        tile(count(r.valid_rows), t('tile.stored'), 'ok'),
        tile(count(r.invalid_rows), t('tile.invalid'),
          r.invalid_rows ? 'bad' : ''),
        tile(count(r.unknown_rows), t('tile.unknown'),
          r.unknown_rows ? 'warn' : ''),
        tile(count(r.duplicate_rows), t('tile.repeated')),
        scores(r.score_range),
        tile(duration((r.summary_stats?.processing_time_ms || 0) / 1000),
          t('tile.took'))),
      r.invalid_rows && !job.undone_at ? h('.callout.bad', icon('edit'),
        h('.grow', h('strong', t('job.mend_title', { n: r.invalid_rows })),
          h('p', children.length ? t('job.joint', { n: r.valid_rows + mended,
            all: count(r.total_rows) }) : t('job.mend_text'))),
        children.map((c) => h('a.button', { href: `#/jobs/${c.import_id}` },
          t('job.mended', { n: c.valid_rows }))),
        h('a.button.primary', { href: `#/jobs/${id}/errors` }, t('job.mend')))
        : null,
      h('.two',
        h('section.panel', h('h2', t('job.models')),
          r.top_models.length ? bars([t('col.model'), t('col.listings')],
            r.top_models.map((m) => [modelName(m.model), m.count,
              count(m.count),
              `#/explore?import_id=${id}&model=${m.model}`]), { link: true })
            : h('p.none', t('job.no_models'))),
        h('section.panel', h('h2', t('job.said')),
          r.warnings.length ? said(r) : h('p.none', t('job.no_warnings')),
          h('h2', t('map.title')), h('dl.pairs', Object.entries(r.columns)
            .map(([given, used]) => [h('dt', given),
              h('dd', t(`target.${used}`))])))),
      h('p.actions', h('a.button', { href: `#/explore?import_id=${id}` },
        t('job.explore')), h('a.button', { href: '#/' }, t('job.another'))));
  }

  function said(r) {
    const counts = Object.entries(r.warning_counts || {})
      .sort((a, b) => b[1] - a[1]);
    const example = (code) => r.warnings.find((w) => w.code === code);
    return h('ul.reasons', counts.map(([code, n]) => h('li.warn', icon('warn'),
      h('span.n', example(code)?.row_index === null ? '' : count(n)),
      h('span', h('strong', codeText(code)),
        h('small', example(code) ? hint(example(code)) : '')))));
  }

  function state(next) {
    job = next;
    if (job.filename) {
      title.textContent = job.filename;
      document.title = `${job.filename} · glyph`;
    }
    lost.textContent = '';
    const ended = OVER.includes(job.state);
    if (ended !== over || !ended) {
      over = ended;
      drawHead();
    }
    if (ended) {
      drawResult();
    } else {
      drawLive();
    }
  }

  let end = () => {};

  function listen() {
    end();
    over = false;
    get(`jobs/${id}/status`).then(({ data }) => {
      if (!gone) {
        state(data);
        if (!OVER.includes(data.state)) {
          end = follow(id, state, () => {
            lost.textContent = t('job.lost');
          });
        }
      }
    }, (error) => {
      if (gone) {
        return;
      }
      if (error.status === 404 && sending(id)) {
        end = follow(id, state);
        return;
      }
      fill(body, trouble(error));
      if (error.passing) {
        setTimeout(() => !gone && listen(), 3000);
      }
    });
  }

  const progress = () => {
    if (!over && (sending(id) || files.some((f) => f.jobId === id))) {
      drawLive();
    }
  };

  drawHead();
  listen();
  changes.addEventListener('change', progress);
  return () => {
    gone = true;
    end();
    changes.removeEventListener('change', progress);
  };
}
