/*
 * Something asked of the server for a part of the page: what passes is waited
 * for, what does not is said in words.
 */

import { fill, h, icon } from './dom.js';
import { Problem } from './api.js';
import { t } from './texts.js';

export function load(parent, ask, draw) {
  const control = new AbortController();
  let timer;

  const attempt = async () => {
    let data;
    try {
      data = await ask(control.signal);
    } catch (error) {
      if (error.name === 'AbortError') {
        return;
      }
      if (!(error instanceof Problem)) {
        throw error;
      }
      fill(parent, trouble(error));
      if (error.passing) {
        timer = setTimeout(attempt, (error.after || 3) * 1000);
      }
      return;
    }
    if (!control.signal.aborted) {
      draw(data);
    }
  };

  if (!parent.childNodes.length) {
    fill(parent, h('.waiting', { 'aria-busy': 'true' }, h('span.spinner'),
      t('loading')));
  }
  attempt();
  return () => {
    clearTimeout(timer);
    control.abort();
  };
}

export function trouble(error) {
  return h(error.passing ? '.callout.warn' : '.callout.bad', { role: 'status' },
    icon(error.passing ? 'clock' : 'bad'), h('.grow',
      h('strong', t(error.status === 0 ? 'trouble.unreachable'
        : error.passing ? 'trouble.away'
          : error.status === 404 ? 'trouble.gone' : 'trouble.refused')),
      h('p', error.status === 0 ? t('trouble.unreachable_text')
        : error.message, error.passing ? ` ${t('trouble.again')}` : '')));
}
