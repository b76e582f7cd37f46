/*
 * Imports, newest first, as they move; for operators how the server is.
 */

import { fill, h, icon, redraw, select } from '../lib/dom.js';
import { get, request } from '../lib/api.js';
import { trouble } from '../lib/load.js';
import { ago, bytes, codeText, count, duration, list, percent, t, when }
  from '../lib/texts.js';
import { badge, stop, undo } from './job.js';

const RUNNING = ['receiving', 'queued', 'processing', 'stalled'];

export function show(root, args, query) {
  const table = h('div');
  const more = h('button', { type: 'button', hidden: true, onclick() {
    pages++;
    poll();
  } }, t('more'));
  let pages = 1;
  let which = query.get('state') || '';
  let timer;
  let gone = false;
  let last = '';

  function row(job) {
    const p = job.progress;
    const runs = RUNNING.includes(job.state);
    const took = job.finished_at && job.started_at
      ? (new Date(job.finished_at) - new Date(job.started_at)) / 1000 : null;
    return h('tr',
      h('td', h('a.strong', { href: `#/jobs/${job.job_id}` },
        job.filename || t('job.unnamed')),
      h('small', list([job.source_label, job.campaign_id,
        job.job_id.slice(-12)]))),
      h('td', badge(job.undone_at ? 'undone' : job.state),
        runs ? h('progress.thin', { max: 100, value: p.percent || 0,
          'aria-label': t('job.progress') }) : null,
        job.error ? h('small', codeText(job.error.code)) : null),
      h('td.num', count(job.counts.rows)),
      h('td.num', job.counts.invalid ? h('a', {
        href: `#/jobs/${job.job_id}/errors`, class: 'bad',
        'aria-label': t('jobs.errors_of', { n: job.counts.invalid,
          name: job.filename || job.job_id }) },
      count(job.counts.invalid)) : '0'),
      h('td.num', runs ? list([
        p.rows_per_second ? t('rate', { n: count(Math.round(
          p.rows_per_second)) }) : '', p.eta_seconds == null ? ''
          : t('left', { time: duration(p.eta_seconds) })]) || '—'
        : took === null ? '—' : duration(took)),
      h('td', h('time', { datetime: job.created_at || '',
        title: job.created_at ? when(job.created_at) : '' },
      job.created_at ? ago(job.created_at) : '—')),
      h('td.end', runs ? h('button.small', { type: 'button', async onclick() {
        if (await stop(job.job_id)) {
          poll();
        }
      } }, t('cancel'))
        : job.state === 'completed' && !job.undone_at && job.counts.valid
          ? h('button.small', { type: 'button', async onclick() {
            if (await undo(job.job_id, job.filename, job.counts.valid)) {
              poll();
            }
          } }, icon('undo'), t('job.undo')) : null));
  }

  function draw(jobs) {
    const id = JSON.stringify(jobs) + Math.floor(Date.now() / 60000);
    if (id === last) {
      return;
    }
    last = id;
    if (!jobs.length) {
      fill(table, h('.empty', h('.zone-icon', icon('file')),
        h('strong', t(which ? 'jobs.none_such' : 'jobs.none')),
        h('p', t('jobs.none_text')),
        h('a.button.primary', { href: '#/' }, t('nav.import'))));
      return;
    }
    redraw(table, h('.scroll', { tabindex: '0', role: 'region',
      'aria-label': t('nav.jobs') }, h('table',
      h('thead', h('tr', h('th', t('col.file_name')), h('th', t('col.state')),
        h('th.num', t('tile.rows')), h('th.num', t('tile.invalid')),
        h('th.num', t('col.time')), h('th', t('col.begun')),
        h('th.end', h('span.unseen', t('col.actions'))))),
      h('tbody', jobs.map(row)))));
  }

  async function poll() {
    clearTimeout(timer);
    let wait = 5000;
    try {
      let jobs = [];
      let after = null;
      for (let i = 0; i < pages; i++) {
        const page = await get('jobs', { state: which, limit: 50, after });
        jobs = jobs.concat(page.data);
        after = page.next;
        if (!after) {
          break;
        }
      }
      if (gone) {
        return;
      }
      more.hidden = !after;
      draw(jobs);
      wait = jobs.some((j) => RUNNING.includes(j.state)) ? 1000 : 4000;
    } catch (error) {
      if (gone) {
        return;
      }
      last = '';
      fill(table, trouble(error));
      wait = 3000;
    }
    if (!document.hidden) {
      timer = setTimeout(poll, wait);
    }
  }

  const filter = select([['', t('jobs.all')], ...['processing', 'queued',
    'receiving', 'completed', 'failed', 'cancelled'].map((s) =>
    [s, t(`state.${s}`)])], which, (v) => {
    which = v;
    pages = 1;
    history.replaceState(null, '', `#/jobs${v ? `?state=${v}` : ''}`);
    last = '';
    poll();
  }, { 'aria-label': t('jobs.filter') });

  const operator = h('details.panel.more', { ontoggle(event) {
    if (event.target.open) {
      server();
    }
  } }, h('summary', t('server.title')), h('.server'));

  async function server() {
    const place = operator.querySelector('.server');
    try {
      const s = await (await request('health/full')).json();
      fill(place, h('dl.pairs', [
        [t('server.status'), t(`server.${s.status}`)],
        [t('server.version'), s.version],
        ['Postgres', list([s.postgres.state, s.postgres.failover,
          s.postgres.error])],
        ['Redis', list([s.redis.state, s.redis.error])],
        [t('server.spool'), list([bytes(s.spool.bytes),
          t('server.files', { n: s.spool.files })])],
        [t('server.models'), count(s.models)],
      ].map(([k, v]) => [h('dt', k), h('dd', v)])));
    } catch (error) {
      fill(place, error.status === 403 ? h('p.none', t('server.forbidden'))
        : trouble(error));
    }
  }

  const visible = () => !document.hidden && poll();

  fill(root, h('.head', h('h1', t('jobs.title')), h('.grow'), filter),
    table, more, operator);
  poll();
  document.addEventListener('visibilitychange', visible);
  return () => {
    gone = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', visible);
  };
}
