import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  emptyMoment,
  failingMoment,
  manyMoment,
  mixedMoment,
  pendingMoment,
  type Recording,
  type ServedAgent,
  serveAgent,
  wellMoment,
} from '@reconcile/testkit/served';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { writeDashboard } from '../../packages/cli/bundle/dashboard.ts';
import { noBrowser, openBrowser, troubles } from './browser.fixture.ts';

// The dashboard in a real Chromium, over the real HTTP API. Screenshots of every page go to $RECONCILE_OUT/screenshots.

const reason = noBrowser();
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const shots = process.env.RECONCILE_OUT === undefined ? undefined : join(process.env.RECONCILE_OUT, 'screenshots');

const desktop = { viewport: { width: 1280, height: 860 } } as const;
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const;

describe.skipIf(reason !== undefined)(`the dashboard ${reason ?? ''}`, () => {
  let pages: string;
  let browser: Browser;
  let served: ServedAgent | undefined;
  let cx: BrowserContext | undefined;
  let trouble: readonly string[] = [];

  beforeAll(async () => {
    pages = mkdtempSync(join(tmpdir(), 'pages-'));
    await writeDashboard(join(import.meta.dirname, '..', '..', 'packages', 'dashboard'), pages);
    if (shots !== undefined) mkdirSync(shots, { recursive: true });
    browser = await openBrowser();
  });
  afterEach(async () => {
    await cx?.close();
    await served?.close();
    expect(trouble).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(pages, { recursive: true, force: true });
  });

  /** What `reconcile dashboard` asks for: a link that opens once. */
  function link(of: ServedAgent): Promise<string> {
    return new Promise((resolve, reject) => {
      const asked = request({ socketPath: of.socket, path: '/api/v1/login-links', method: 'POST' }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(`${of.origin}/#login=${(JSON.parse(text) as { code: string }).code}`));
      });
      asked.on('error', reject);
      asked.end();
    });
  }

  async function opened(moment: Recording, as: Parameters<Browser['newContext']>[0] = desktop): Promise<Page> {
    served = await serveAgent(moment, pages);
    cx = await browser.newContext({ reducedMotion: 'reduce', ...as });
    const page = await cx.newPage();
    trouble = troubles(page);
    await page.goto(await link(served));
    await page.locator('h1').waitFor();
    return page;
  }

  async function shot(page: Page, name: string): Promise<void> {
    if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  }

  /** All of it, but of long lists only the head: their rows are made alike. By CDP: the page's own policy lets nobody add a script, which is how it should be. */
  async function violations(page: Page): Promise<readonly string[]> {
    await page.evaluate(await import('node:fs').then(({ readFileSync }) => readFileSync(axe, 'utf8')));
    const found = (await page.evaluate(
      'axe.run({ exclude: [[".row:nth-child(n+20)"]] }, { resultTypes: ["violations"] })',
    )) as {
      violations: readonly { id: string; nodes: readonly { target: unknown; failureSummary: string }[] }[];
    };
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ failureSummary, target }) => `${id} ${String(target)}: ${failureSummary}`),
    );
  }

  const moments: Readonly<Record<string, (now: number) => Recording>> = {
    well: wellMoment,
    mixed: mixedMoment,
    pending: pendingMoment,
    empty: emptyMoment,
    failing: failingMoment,
    many: (now) => manyMoment(now, 500),
  };
  const sights = [
    ['mixed', '#/', 'desktop', 'light'],
    ['mixed', '#/', 'desktop', 'dark'],
    ['mixed', '#/', 'phone', 'light'],
    ['mixed', '#/s/notes', 'desktop', 'light'],
    ['mixed', '#/s/notes', 'desktop', 'dark'],
    ['mixed', '#/s/notes', 'phone', 'light'],
    ['mixed', '#/s/photos', 'desktop', 'light'],
    ['mixed', '#/boot', 'desktop', 'light'],
    ['mixed', '#/boot', 'phone', 'dark'],
    ['mixed', '#/certificates', 'desktop', 'light'],
    ['mixed', '#/certificates', 'phone', 'light'],
    ['mixed', '#/node', 'desktop', 'dark'],
    ['mixed', '#/node', 'phone', 'light'],
    ['pending', '#/plan', 'desktop', 'light'],
    ['pending', '#/plan', 'desktop', 'dark'],
    ['pending', '#/plan', 'phone', 'light'],
    ['well', '#/', 'desktop', 'light'],
    ['well', '#/plan', 'desktop', 'light'],
    ['empty', '#/', 'desktop', 'light'],
    ['empty', '#/', 'phone', 'dark'],
    ['failing', '#/', 'desktop', 'light'],
    ['failing', '#/', 'phone', 'light'],
    ['many', '#/', 'desktop', 'light'],
    ['many', '#/', 'phone', 'light'],
  ] as const;

  it.each(sights)(
    '%s %s on a %s, %s: nothing that axe finds, nothing wider than the screen',
    async (moment, path, on, colorScheme) => {
      const make = moments[moment] ?? wellMoment;
      const page = await opened(make(Date.now()), { ...(on === 'phone' ? phone : desktop), colorScheme });
      await page.goto(`${served?.origin}/${path}`);
      await page.locator('main h1').waitFor();
      await page.waitForLoadState('domcontentloaded');
      await expect.poll(() => page.locator('.loading').count()).toBe(0);
      await shot(
        page,
        `${moment}-${path.replace(/\W+/g, '-').replace(/^-|-$/g, '') || 'overview'}-${on}-${colorScheme}`,
      );
      expect(await violations(page)).toEqual([]);
      const wide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      expect(wide).toBe(0);
    },
  );

  it('weighs less than 150 KB, and tells how soon it shows something', async () => {
    const sizes = ['index.html', 'app.js', 'app.css', 'theme.js', 'icon.svg'].map(
      (file) => statSync(join(pages, `${file}.gz`)).size,
    );
    const whole = sizes.reduce((sum, size) => sum + size, 0);
    const page = await opened(mixedMoment(Date.now()));
    const first: number[] = [];
    for (let i = 0; i < 10; i++) {
      await page.reload();
      await page.locator('h1').waitFor();
      const paints = "performance.getEntriesByName('first-contentful-paint')";
      await expect.poll(() => page.evaluate(`${paints}.length`)).toBe(1);
      first.push((await page.evaluate(`${paints}[0].startTime`)) as number);
    }
    first.sort((a, b) => a - b);
    process.stdout.write(
      `dashboard: ${whole} bytes gzipped, first content after ${first.map((ms) => ms.toFixed(0)).join(', ')} ms\n`,
    );
    expect(whole).toBeLessThan(150_000);
  });

  it('says it in one sentence, and shows what needs a person', async () => {
    const page = await opened(mixedMoment(Date.now()));
    expect(await page.locator('h1').textContent()).toBe(
      'photos is failing, 4 services are held back, notes was rolled back, etc is refused.',
    );
    expect(await page.locator('.card h3').allTextContents()).toEqual([
      'photos is failing',
      'Held back: kiwix, kls, mcat, sgard',
      'notes/web was rolled back',
      'etc is refused',
    ]);
    await page.getByText('web 2 exit on 10010', { exact: true }).waitFor();
    expect(await page.locator('.row', { hasText: 'notes/web' }).locator('.version').textContent()).toContain('1.4.2');
    await cx?.close();
    await served?.close();
    const calm = await opened(wellMoment(Date.now()));
    expect(await calm.locator('h1').textContent()).toMatch(/^All \d+ services are well\.$/);
    expect(await calm.locator('.card').count()).toBe(0);
  });

  it('is live: what happens is on the page without a reload', async () => {
    const page = await opened(wellMoment(Date.now()));
    await page.evaluate('window.marked = true');
    await expect.poll(() => page.locator('.link').textContent()).toBe('live');
    const since = performance.now();
    served?.agent.become(mixedMoment(Date.now()));
    await page.getByText('photos is failing, 4 services').waitFor();
    process.stdout.write(`dashboard: a change is on the page after ${(performance.now() - since).toFixed(0)} ms\n`);
    expect(await page.evaluate('window.marked')).toBe(true);
  });

  it('comes back by itself when the agent was away', async () => {
    const page = await opened(wellMoment(Date.now()));
    await expect.poll(() => page.locator('.link').textContent()).toBe('live');
    await cx?.setOffline(true);
    served?.agent.become(mixedMoment(Date.now()));
    await cx?.setOffline(false);
    await expect.poll(() => page.locator('h1').textContent(), { timeout: 20_000 }).toContain('photos is failing');
    trouble = [];
  });

  it('a hold is confirmed after a question that says what goes and what stays', async () => {
    const page = await opened(mixedMoment(Date.now()));
    await page.getByRole('button', { name: 'Confirm h87d1ba' }).first().click();
    const dialog = page.locator('dialog[open]');
    expect(await dialog.textContent()).toContain('kiwix, kls, mcat, sgard will go. Data is kept: kls-data.');
    expect(await violations(page)).toEqual([]);
    expect(served?.agent.asked).toEqual([]);
    await dialog.getByRole('button', { name: 'Confirm h87d1ba' }).click();
    await page.getByText('Confirm h87d1ba: done').waitFor();
    expect(served?.agent.asked).toEqual([
      { what: 'apply', by: expect.stringMatching(/^unix:/), order: { confirm: ['h87d1ba'] } },
    ]);
  });

  it('restart, retry, freeze and thaw are asked of the agent', async () => {
    const page = await opened(mixedMoment(Date.now()));
    await page.locator('.row-link', { hasText: 'notes/web' }).click();
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.getByText('Retry notes: done').waitFor();
    await page.getByRole('button', { name: 'Freeze for 2 h' }).click();
    await page.getByText('Frozen by unix').waitFor();
    await page.getByRole('button', { name: 'Thaw' }).click();
    await page.getByRole('button', { name: 'Freeze for 2 h' }).waitFor();
    await page.getByRole('button', { name: 'Run dump' }).click();
    await page.getByText('Run notes/dump: done').waitFor();
    expect(served?.agent.asked.map(({ order }) => order)).toEqual([
      { scope: { service: ['notes'] }, request: { verb: 'retry', target: 'notes' } },
      { verb: 'freeze', target: 'notes', forMs: 7_200_000, why: 'from the dashboard' },
      { verb: 'thaw', target: 'notes' },
      { scope: { service: ['notes'] }, request: { verb: 'run', target: 'notes/dump' } },
    ]);
  });

  it('goes by keyboard alone', async () => {
    const page = await opened(mixedMoment(Date.now()));
    const press = (key: string) => page.keyboard.press(key);
    await press('?');
    await page.locator('dialog[open]').getByText('next, previous service').waitFor();
    await press('Escape');
    await press('/');
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('filter');
    await page.keyboard.type('notes');
    await expect.poll(() => page.locator('.row').count()).toBe(3);
    await press('Escape');
    await press('j');
    await press('j');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('notes/web');
    await press('k');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('notes/db');
    await press('Enter');
    await page.getByRole('heading', { level: 1, name: 'notes' }).waitFor();
    await press('l');
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('logs');
    await page.locator('#logs').getByText('web 1 serve on 10005').waitFor();
    await press('p');
    await page.getByRole('heading', { level: 1, name: 'Plan' }).waitFor();
    await press('Escape');
    await page.locator('.sentence').waitFor();
  });

  it('shows text as text: names and lines from outside are no markup', async () => {
    const moment = mixedMoment(Date.now());
    const evil = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>';
    const rows = moment.node.rows.map((row) => ({ ...row, note: evil, version: evil }));
    const logs = { notes: [{ slot: 'notes/web', container: null, at: '', text: evil }] };
    const page = await opened({ ...moment, node: { ...moment.node, rows, message: evil }, logs });
    await page.locator('.row').first().waitFor();
    await page.goto(`${served?.origin}/#/s/notes`);
    await page.locator('#logs').getByText('onerror').waitFor();
    expect(await page.evaluate('window.hit')).toBeUndefined();
    expect(await page.locator('img, main script').count()).toBe(0);
  });

  it('without a login it shows the way in, and nothing else', async () => {
    await opened(mixedMoment(Date.now()));
    await cx?.clearCookies();
    const page = await (cx as BrowserContext).newPage();
    await page.goto(`${served?.origin}/`);
    await page.getByText('reconcile dashboard').waitFor();
    expect(await page.locator('body').textContent()).not.toContain('photos');
    expect(await violations(page)).toEqual([]);
    await shot(page, 'login-desktop-light');
    trouble = [];
  });

  it('stays fluent with five hundred services', async () => {
    const page = await opened(manyMoment(Date.now(), 500));
    await expect.poll(() => page.locator('.row').count()).toBe(500);
    await page.evaluate(`window.worst = 0;
      new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) window.worst = Math.max(window.worst, duration); })
        .observe({ type: 'longtask' });`);
    const since = performance.now();
    await page.locator('#filter').fill('service-31');
    await expect.poll(() => page.locator('.row').count()).toBe(10);
    const filtered = performance.now() - since;
    await page.locator('#filter').fill('');
    await expect.poll(() => page.locator('.row').count()).toBe(500);
    for (let i = 0; i < 5; i++) served?.agent.become(manyMoment(Date.now(), 500));
    await page.evaluate('scrollTo(0, document.body.scrollHeight)');
    await page.locator('.timeline').waitFor();
    const worst = (await page.evaluate('window.worst')) as number;
    process.stdout.write(
      `dashboard with 500 services: filtered in ${filtered.toFixed(0)} ms, longest task ${worst.toFixed(0)} ms\n`,
    );
  });
});
