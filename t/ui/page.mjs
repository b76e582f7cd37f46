/*
 * The page in a browser, against the real stack.  Below a prefix and through a
 * proxy, as it may be; t/ui/stack.mjs has both.
 */

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { done, front, large, market, reload, stack, test, url, workbook }
  from './stack.mjs';

const top = process.env.GLYPH_TOP;
const shots = process.env.GLYPH_SHOTS || `${process.cwd()}/shots`;
const AXE = readFileSync(createRequire(import.meta.url).resolve(
  'axe-core/axe.min.js'), 'utf8');
const SCRIPT = 80 * 1024;       // budgets in bytes, as sent
const STYLE = 12 * 1024;

mkdirSync(shots, { recursive: true });

const browser = await chromium.launch({ executablePath:
  process.env.GLYPH_CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] });
const proxy = await front('/shop/');
const home = `${proxy.url}ui/`;

/* What a page's console says is a fault, but for answers that are asked for. */
const faults = [];
let quiet = false;              // statuses of 400 and more are expected now

async function open(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280,
    height: 820 }, locale: 'en-US', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())
        && !(quiet && /Failed to load|ERR_/.test(message.text()))) {
      faults.push(`${message.text()} ${message.location().url}`);
    }
  });
  page.on('pageerror', (error) => faults.push(error.stack));
  return page;
}

const page = await open();

/* UI_TEST is a pattern of what alone is to be tried. */
const only = new RegExp(process.env.UI_TEST || '');

const check = (name, run) => only.test(name) && test(name, async () => {
  await run();
  const said = faults.splice(0);
  assert.deepEqual(said, [], 'nothing in the console');
}, async (n) => {
  faults.splice(0);
  await page.screenshot({ path: `${shots}/failed-${n}.png` });
});

const text = (selector) => page.locator(selector).first().textContent();
const go = (place = '') => page.goto(`${home}#/${place}`);

async function fresh() {
  await page.goto('about:blank');
  await go();
  await page.waitForSelector('.zone');
}

async function put(name, data, type = 'text/csv') {
  await page.setInputFiles('input[type=file]', typeof data === 'string'
    && data.startsWith('/') ? data
    : { name, mimeType: type, buffer: Buffer.from(data) });
}

async function looked() {
  await page.waitForSelector('.foot:not(.busy)');
  await page.waitForSelector('.preview:not(.stale) > *');
}

async function start() {
  await page.click('[data-action=import]:not(:disabled)');
  await page.waitForSelector('.badge.ok', { timeout: 90000 });
  await page.waitForSelector('h2:has-text("Models")');
  return page.url().split('/').pop();
}

const tiles = () => page.$$eval('.tile', (all) => Object.fromEntries(all.map(
  (tile) => [tile.querySelector('span').textContent,
    tile.querySelector('strong').textContent])));

async function axe(where) {
  for (const theme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.evaluate(AXE);
    const found = await page.evaluate(() => window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
        'best-practice'] }));
    assert.deepEqual(found.violations.map((v) => `${where}, ${theme}: ${v.id}: ${
      v.nodes.map((node) => node.html.slice(0, 150)).slice(0, 3).join(' | ')}`),
    []);
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

async function shot(name) {
  await page.setViewportSize({ width: 1200, height: 740 });
  for (const theme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: theme });
    await page.evaluate(() => dispatchEvent(new Event('theme')));
    await page.mouse.move(640, 4);
    await page.waitForTimeout(250);
    await page.screenshot({ path: `${shots}/${name}-${theme}.png` });
    assert(statSync(`${shots}/${name}-${theme}.png`).size < 150 * 1024,
      `${name}-${theme}.png is small`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 820 });
}

await check('what is loaded is little, and of this place', async () => {
  await fresh();
  for (const place of ['jobs', 'explore']) {
    await go(place);
    await page.waitForSelector('h1');
    await page.waitForTimeout(200);
  }
  const entries = await page.evaluate(() => performance.getEntriesByType(
    'resource').map((e) => ({ name: e.name, size: e.encodedBodySize })));
  const sum = (ending) => entries.filter((e) => e.name.endsWith(ending))
    .reduce((all, e) => all + e.size, 0);
  const paint = await page.evaluate(() => performance.getEntriesByName(
    'first-contentful-paint')[0]?.startTime);

  console.log(`# script ${sum('.js')}, style ${sum('.css')} bytes as sent; `
    + `first paint after ${Math.round(paint)} ms`);
  assert(sum('.js') > 0 && sum('.js') < SCRIPT, `script: ${sum('.js')}`);
  assert(sum('.css') > 0 && sum('.css') < STYLE, `style: ${sum('.css')}`);
  for (const { name } of entries) {
    assert(name.startsWith(proxy.url), name);
  }
  assert.deepEqual(proxy.state.paths.filter((p) => !/^\w+ \/shop\//.test(p)), []);
  assert.deepEqual(await page.context().cookies(), []);

  const policy = (await page.request.get(home)).headers()[
    'content-security-policy'];
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe|\*|http/);
});

await check('the page is where / leads', async () => {
  await page.goto(proxy.url);
  assert.equal(page.url(), `${home}`);
  await page.waitForSelector('.zone');
  await axe('start');
  await shot('start');
});

let sample;

await check('a file is chosen, understood and imported', async () => {
  await put('', `${top}/t/data/sample.csv`);
  await looked();
  const before = await tiles();
  assert.equal(before.rows, '48');
  assert.equal(before['can be imported'], '43');
  assert.match(await text('.preview'), /H100 PCIE 80 GB/);
  assert.match(await text('.preview tr.failed'), /No readable price/);
  await axe('file');

  await page.click('button:has-text("It is USD") >> nth=0');
  await page.waitForFunction(() => /\$749\.99/.test(document.querySelector(
    '.preview:not(.stale)')?.textContent));
  await shot('file');
  sample = await start();
  const after = await tiles();
  assert.equal(after.imported, '43');
  assert.equal(after['with errors'], '5');
  await axe('job');
  await shot('job');
});

await check('a file is dropped, and what it has is changed', async () => {
  await fresh();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(['Titel;Preis\nRTX 3090;1.299\nRTX 3080;650,50\n'],
      'dropped.csv', { type: 'text/csv' }));
    document.querySelector('.zone').dispatchEvent(new DragEvent('drop',
      { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await looked();
  await page.selectOption('.reading select >> nth=4', 'PLN');
  await page.waitForFunction(() => /PLN\s?650\.50/.test(document.querySelector(
    '.preview:not(.stale)')?.textContent));
  assert.match(await text('.reading'), /Automatic: semicolon/);
});

await check('rows are pasted', async () => {
  await fresh();
  await page.click('button:has-text("Paste")');
  await page.fill('dialog textarea', 'title\tprice\tcurrency\nRTX 3090\t700\tUSD');
  await axe('dialog');
  await page.click('dialog button.primary');
  await looked();
  assert.equal((await tiles())['can be imported'], '1');
  assert.match(await text('.reading'), /Automatic: tab/);
});

await check('a workbook is turned into rows, its sheet chosen', async () => {
  quiet = true;
  await fresh();
  await put('list.xlsx', workbook());
  await page.waitForSelector('.callout.bad');
  await page.selectOption('.reading select >> nth=0', { label: 'Prices' });
  await page.waitForSelector('.preview td.raw');
  quiet = false;
  const shown = await text('.preview');
  assert.match(shown, /RTX 3090 & Box/);
  assert.match(shown, /€699\.50/);
  assert.match(shown, /€1\.30/);
  assert.match(shown, /V100 PCIE 16 GB/);
});

await check('a column is missing: it is suggested, and remembered', async () => {
  quiet = true;
  await fresh();
  await put('typo.csv', 'Ttile,Pries\nRTX 3090,700\nRTX 3080,500\n');
  await page.waitForSelector('.callout.bad');
  await axe('refused');
  await shot('columns');
  await page.click('.chip:has-text("Title?")');
  await page.waitForSelector('.chip:has-text("Price?")');
  await page.click('.chip:has-text("Price?")');
  await page.waitForSelector('.preview td.raw');
  quiet = false;
  assert.equal((await tiles())['can be imported'], '2');
  await start();

  quiet = true;
  await fresh();
  await put('typo2.csv', 'Ttile,Pries\nRTX 4090,1700\n');
  await page.waitForSelector('text=You have said before');
  await page.waitForSelector('.preview td.raw');
  quiet = false;
});

await check('a file without a header', async () => {
  quiet = true;
  await fresh();
  await put('bare.csv', 'RTX 3090,700 USD\nRTX 3080,500 USD\n');
  await page.waitForSelector('.callout.bad');
  await page.selectOption('.reading select >> nth=2', 'none');
  await page.waitForSelector('.preview td.raw');
  quiet = false;
  assert.equal((await tiles())['can be imported'], '2');
  assert.match(await text('.preview td.raw'), /RTX 3090/);
});

await check('records of JSON', async () => {
  await fresh();
  await put('list.json', '[{"title":"RTX 3090","price":700,"currency":"USD"},'
    + '{"title":"RTX 3080","price":"x"}]', 'application/json');
  await looked();
  assert.equal((await tiles())['with errors'], '1');
  await start();
});

await check('500 errors are mended, at once and one by one', async () => {
  await fresh();
  await put('many.csv', market(2500, { seed: 7, wrong: 500 }));
  await looked();
  const first = await start();
  assert.equal((await tiles())['with errors'], '500');
  await page.click('a:has-text("Mend them")');
  await page.waitForSelector('.g-row');
  await page.waitForSelector('text=500 rows of 500');
  await axe('errors');

  // by keyboard alone: the first row's price
  await page.focus('.g-cell[tabindex="0"]');
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'Enter']) {
    await page.keyboard.press(key);
  }
  await page.keyboard.press('Control+A');
  await page.keyboard.type('450');
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=1 changed, 1 of these right');
  await shot('errors');

  await page.click('button:has-text("Change all alike")');
  await page.selectOption('dialog select >> nth=0', { label: 'price' });
  await page.fill('dialog input >> nth=0', 'ab ');
  await page.waitForSelector('text=499 cells would change');
  await page.click('dialog button.primary');
  await page.waitForSelector('text=500 changed, 500 of these right');
  quiet = true;                 // a server may not know retry_of
  await page.click('[data-action=send]');
  await page.waitForSelector('text=mended rows of an earlier import');
  quiet = false;
  assert.equal((await tiles()).imported, '500');
  await page.click('a:has-text("The first import")');
  await page.waitForSelector('text=2,500 of 2,500 rows are there');
  assert(page.url().endsWith(first));
});

await check('a cut connection, and 100 MB', async () => {
  const path = `${process.cwd()}/large.csv`;
  large(path, 100e6);
  await fresh();
  await put('', path);
  await looked();
  await page.waitForSelector('text=Looked at the first');
  quiet = true;
  Object.assign(proxy.state, { cut: 20e6, times: 7 });
  await page.click('[data-action=import]');
  await page.waitForSelector('text=it goes on by itself');
  proxy.state.times = 0;
  await page.waitForURL(/jobs\//, { timeout: 60000 });
  await page.waitForSelector('.steps .now');
  await shot('progress');

  // nginx is reloaded, and it goes on
  await reload();

  // another tab sees it
  const other = await open();
  await other.goto(`${home}#/jobs`);
  await other.waitForSelector('td:has-text("large.csv")');
  await other.close();

  await page.waitForSelector('.badge.ok', { timeout: 90000 });
  await page.waitForSelector('h2:has-text("Models")');
  quiet = false;
  assert.equal((await tiles())['with errors'], '0');
  rmSync(path);
});

await check('an import is cancelled, and another one undone', async () => {
  quiet = true;
  await go(`jobs/${sample}`);
  await page.click('button:has-text("Undo")');
  await page.waitForSelector('text=This removes 43 listings');
  await page.click('dialog button.danger');
  await page.waitForSelector('text=Its listings are gone');
  quiet = false;
});

await check('the history', async () => {
  await go('jobs');
  await page.waitForSelector('td:has-text("sample.csv")');
  await page.click('summary');
  await page.waitForSelector('text=Models known');
  await axe('history');
  await page.click('summary');
  await shot('history');
});

await check('what was imported is explored', async () => {
  await fresh();
  await put('week-1.csv', market(3000, { seed: 3 }));
  await looked();
  await start();
  await fresh();
  await put('week-2.csv', market(3000, { seed: 3, factor: 0.93 }));
  await looked();
  const second = await start();

  await page.click('a:has-text("Explore these listings")');
  await page.waitForSelector('.g-row');
  await axe('table');
  await shot('explore');
  const [saved] = await Promise.all([page.waitForEvent('download'),
    page.click('button:has-text("Export as CSV")')]);
  assert.equal(readFileSync(await saved.path(), 'utf8').trim().split('\n')
    .length, 3001);

  await page.click('button:has-text("Price and score")');
  await page.waitForSelector('text=3,000 listings with a price');
  await axe('scatter');
  await shot('scatter');
  await page.click('button:has-text("Distribution")');
  await page.waitForSelector('.figure');
  await axe('distribution');
  await page.click('button:has-text("Trend")');
  await page.waitForSelector('h2:has-text("Choose a model")');
  await page.fill('input[list=models]', 'RTX_3090');
  await page.waitForSelector('.figure .curve');
  await axe('trend');
  await shot('trend');
  await page.fill('input[list=models]', '');
  await page.click('button:has-text("Compare")');
  quiet = true;                 // beside a large import it may take its time
  await page.waitForSelector('h2:has-text("The same offers")', {
    timeout: 40000 });
  await axe('compare');

  // the address keeps it
  const link = page.url();
  const other = await open();
  await other.goto(link);
  await other.waitForSelector('h2:has-text("The same offers")', {
    timeout: 40000 });
  assert.match(link, new RegExp(second));
  await other.close();
  quiet = false;
});

await check('100,000 points', async () => {
  await go('explore?view=scatter&most=100000');
  await page.waitForSelector('text=/1\\d\\d,\\d{3} listings|9\\d,\\d{3} listings/',
    { timeout: 60000 });
});

await check('Postgres stops, and comes back', async () => {
  quiet = true;
  await go('jobs');
  await page.waitForSelector('td a');
  await stack('crash');
  await page.waitForSelector('.banner:not([hidden])', { timeout: 30000 });
  await page.waitForSelector('text=Trying again');

  await fresh();
  await put('patient.csv', market(10, { seed: 9 }));
  await looked();
  await page.click('[data-action=import]');
  await page.waitForURL(/jobs\//);
  await stack('postgres');
  await page.waitForSelector('.badge.ok', { timeout: 60000 });
  await page.waitForSelector('.banner', { state: 'hidden', timeout: 30000 });
  quiet = false;
});

await check('320 pixels, and German', async () => {
  await page.setViewportSize({ width: 320, height: 640 });
  for (const place of ['', 'jobs', `jobs/${sample}`, 'explore',
    'explore?view=spread', 'explore?view=compare']) {
    await go(place);
    await page.waitForSelector('h1');
    await page.waitForTimeout(500);
    assert.equal(await page.evaluate(() =>
      document.documentElement.scrollWidth <= innerWidth), true, place);
  }
  await page.setViewportSize({ width: 1280, height: 820 });
  await fresh();
  await page.selectOption('.bar select', 'de');
  await page.waitForSelector('text=Preislisten hier ablegen');
  assert.equal(await page.getAttribute('html', 'lang'), 'de');
  await put('', `${top}/t/data/sample.csv`);
  await looked();
  assert.match(await text('.preview'), /34\.995,00/);
  await page.selectOption('.bar select', 'en');
});

writeFileSync(`${shots}/done`, '');
await browser.close();
proxy.server.close();
proxy.server.closeAllConnections?.();
done();
