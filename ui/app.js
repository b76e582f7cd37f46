/*
 * The shell: where one is, what is shown there, and how it looks.  A place is
 * the part of the address behind #, so that nothing but this page is served.
 */

import { get, Problem } from './lib/api.js';
import { fill, h, icon } from './lib/dom.js';
import { files, changes } from './lib/queue.js';
import { recall, remember } from './lib/store.js';
import { language, languages, speak, t } from './lib/texts.js';

const PLACES = [
  [/^$/, 'import', () => import('./views/import.js')],
  [/^jobs$/, 'jobs', () => import('./views/jobs.js')],
  [/^jobs\/([0-9a-f-]{36})$/, 'jobs', () => import('./views/job.js')],
  [/^jobs\/([0-9a-f-]{36})\/errors$/, 'jobs', () => import('./views/errors.js')],
  [/^explore$/, 'explore', () => import('./views/explore.js')],
];

const main = h('main', { id: 'main', tabindex: '-1' });
const banner = h('.banner', { role: 'status', hidden: true });
const links = {
  import: h('a', { href: '#/' }),
  jobs: h('a', { href: '#/jobs' }),
  explore: h('a', { href: '#/explore' }),
};
const pending = h('span.count', { hidden: true });

let leave = null;
let turn = 0;
let first = true;

function place() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  return { path, query: new URLSearchParams(query) };
}

async function show() {
  const { path, query } = place();
  const found = PLACES.find(([pattern]) => pattern.test(path));
  const mine = ++turn;

  leave?.();
  leave = null;
  for (const [name, link] of Object.entries(links)) {
    if (name === found?.[1]) {
      link.setAttribute('aria-current', 'page');
    } else {
      link.removeAttribute('aria-current');
    }
  }
  if (!found) {
    location.replace('#/');
    return;
  }

  const root = h('.view');
  const view = await found[2]();
  if (mine !== turn) {
    return;
  }
  fill(main, root);
  leave = view.show(root, path.match(found[0]).slice(1), query) || null;
  document.title = `${root.querySelector('h1')?.textContent || ''} · glyph`;
  scrollTo(0, 0);
  if (!first) {
    main.focus({ preventScroll: true });
  }
  first = false;
}

function themes() {
  const theme = recall('theme', '');
  if (theme) {
    document.documentElement.dataset.theme = theme;
  } else {
    delete document.documentElement.dataset.theme;
  }
}

function dark() {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
}

function shell() {
  document.documentElement.lang = language();
  links.import.replaceChildren(t('nav.import'), pending);
  links.jobs.textContent = t('nav.jobs');
  links.explore.textContent = t('nav.explore');

  fill(document.body,
    h('a.skip', { href: '#main', onclick(event) {
      event.preventDefault();
      main.focus();
    } }, t('nav.skip')),
    h('header.bar',
      h('a.brand', { href: '#/', 'aria-label': 'glyph' },
        h('img', { src: 'icon.svg', alt: '', width: 24, height: 24 }), 'glyph'),
      h('nav', { 'aria-label': t('nav.label') }, Object.values(links)),
      h('.bar-end',
        h('select.quiet', { 'aria-label': t('nav.language'), value: language(),
          onchange(event) {
            speak(event.target.value);
            shell();
            show();
          } }, languages.map(([code, name]) =>
          h('option', { value: code }, name))),
        h('button.quiet.square', { type: 'button', title: t('nav.theme'),
          'aria-label': t('nav.theme'), onclick() {
            remember('theme', dark() ? 'light' : 'dark');
            themes();
            dispatchEvent(new Event('theme'));
          } }, icon('theme')))),
    banner, main);
}

/* What the server cannot do now is said once, above all views. */
let timer;

async function health() {
  let text = '';
  try {
    const { data } = await get('health');
    text = data.status === 'degraded' ? t('health.degraded') : '';
  } catch (error) {
    text = error instanceof Problem && error.body.status === 'down'
      ? t('health.down') : t('health.unreachable');
  }
  if (banner.dataset.text !== text) {
    banner.dataset.text = text;
    banner.hidden = !text;
    fill(banner, text ? icon('warn') : null, text);
  }
  clearTimeout(timer);
  timer = setTimeout(health, text ? 3000 : 15000);
}

changes.addEventListener('change', () => {
  const n = files.filter((f) => ['sending', 'waits'].includes(f.state)).length;
  pending.hidden = !n;
  pending.textContent = n;
});

document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') {
    health();
  } else {
    clearTimeout(timer);
  }
});

// a file that misses its place must not replace the page
for (const name of ['dragover', 'drop']) {
  addEventListener(name, (event) => event.preventDefault());
}

themes();
shell();
addEventListener('hashchange', show);
show();
health();
