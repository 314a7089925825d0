import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AgentProcess } from '@reconcile/testkit/agent';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, podman, testImage } from '@reconcile/testkit/podman';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser, openBrowser, troubles } from './browser.fixture.ts';

// A real agent, its real API, a real browser: what is committed and what breaks is on the page without a reload.

const reason = noRealPodman() ?? noBrowser();
const shots = process.env.RECONCILE_OUT === undefined ? undefined : join(process.env.RECONCILE_OUT, 'screenshots');

const fleetToml = `name = "home"
zone = "svc.home.arpa"
[[boot.sequence]]
stage = "foundation"
services = ["db"]
`;
const route = '[[routes]]\n';
const service = (name: string, image: string, more = route) => `name = "${name}"
image = "localhost/home/${image}"
stop_timeout = "1s"
${more}
[health]
${more.includes('[[routes]]') ? 'type = "http"\npath = "/healthz"' : ''}
interval = "1s"
[update]
deadline = "5s"
min_ready = "200ms"
drain = "1s"
`;

describe.skipIf(reason !== undefined)(`the dashboard of a real agent ${reason ?? ''}`, () => {
  let home: FleetHome;
  let agent: AgentProcess;
  let browser: Browser;
  let page: Page;
  let origin: string;
  let trouble: readonly string[];

  beforeAll(async () => {
    await Promise.all([buildTestImage('1'), buildTestImage('2')]);
    for (const tag of ['postgres:16.4', 'wiki:2.5.306', 'notes:1.4.2'])
      await podman(['tag', testImage('1'), `localhost/home/${tag}`]);
    for (const tag of ['notes:1.5.0', 'photos:1.132.3']) await podman(['tag', testImage('2'), `localhost/home/${tag}`]);
    const [port, tls] = [await freePort(), await freePort()];
    origin = `http://127.0.0.1:${port}`;
    home = await FleetHome.make({
      tlsListeners: { 443: `127.0.0.1:${tls}` },
      more: `[drivers.internal-ca]\n[api]\nhttp = ["127.0.0.1:${port}"]\n`,
    });
    await home.commit('A wiki, and a mistake', {
      'fleet.toml': fleetToml,
      'services/db.toml': `${service('db', 'postgres:16.4', '')}nonsense = true\n`,
      'services/wiki.toml': service('wiki', 'wiki:2.5.306'),
    });
    agent = await AgentProcess.start(home);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await agent?.end();
    await home?.close();
  });

  async function shot(name: string): Promise<void> {
    if (shots === undefined) return;
    mkdirSync(shots, { recursive: true });
    await page.screenshot({ path: join(shots, `agent-${name}.png`) });
  }
  const sentence = (text: string | RegExp) =>
    expect.poll(() => page.locator('h1').textContent(), { timeout: 60_000 }).toMatch(text);

  it('opens by the link that `reconcile dashboard` prints, once; a first commit with a mistake is told, and mended', async () => {
    const { code, stderr, stdout } = await home.run('dashboard');
    expect([code, stderr]).toEqual([0, 'opens once, within a minute\n']);
    expect(stdout).toMatch(new RegExp(`^${origin}/#login=rct_[\\w-]{43}\n$`));
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    trouble = troubles(page);
    await page.goto(stdout.trim());
    await sentence(/^The agent cannot say yet how things are\.$/);
    await expect.poll(() => page.locator('main').textContent()).toContain('services/db.toml');
    await home.commit('The mistake is gone', { 'services/db.toml': service('db', 'postgres:16.4', '') });
    await sentence(/^All 2 services are well\.$/);
    expect(page.url()).toBe(`${origin}/`);
    const again = await (await browser.newContext()).newPage();
    await again.goto(stdout.trim());
    await again.getByText('Who is there?').waitFor();
  });

  it('a commit is on the page by itself, from the first wait to all well', async () => {
    await home.commit('notes 1.4.2', { 'services/notes.toml': service('notes', 'notes:1.4.2') });
    const since = performance.now();
    await page.locator('.row-link', { hasText: /^notes$/ }).waitFor({ timeout: 60_000 });
    await sentence(/^All 3 services are well\.$/);
    process.stdout.write(
      `commit to "All 3 services are well." in the browser: ${((performance.now() - since) / 1000).toFixed(1)} s\n`,
    );
  });

  it('a container that is killed is repaired, and the page tells it', async () => {
    await podman(['kill', (await home.container('wiki/wiki')) ?? '']);
    await page.locator('.recent', { hasText: 'wiki' }).locator('.mark-repair').first().waitFor({ timeout: 60_000 });
    await sentence(/^All 3 services are well\.$/);
  });

  it('a bad version is rolled back; the page says what, why, and serves its logs', async () => {
    const broken = service('notes', 'notes:1.5.0', `env = { MODE = "broken" }\n${route}`);
    const failing = service('photos', 'photos:1.132.3', `env = { MODE = "exit", CODE = "3" }\n${route}`);
    await home.commit('notes 1.5.0, and photos', { 'services/notes.toml': broken, 'services/photos.toml': failing });
    await sentence(/photos is failing.*notes was rolled back/);
    await shot('overview');
    await page.locator('.row-link', { hasText: /^notes$/ }).click();
    await page.getByRole('heading', { level: 1, name: 'notes' }).waitFor();
    await page.locator('.check-no').first().waitFor();
    await page.locator('#logs').getByText('serve on').first().waitFor();
    await shot('service');
  });

  it('a freeze by the page is in force at the agent, and ends', async () => {
    await page.goto(`${origin}/#/`);
    await page.getByRole('button', { name: 'Freeze changes' }).click();
    await page.locator('dialog[open]').getByRole('button', { name: 'Freeze changes' }).click();
    await expect.poll(async () => (await agent.state()).overrides.length).toBe(1);
    await page.locator('.frozen', { hasText: 'Frozen by unix' }).waitFor();
    await page.getByRole('button', { name: 'Thaw' }).click();
    await expect.poll(async () => (await agent.state()).overrides.length).toBe(0);
  });

  it('a token that the agent made reads metrics until it is revoked', async () => {
    const made = await home.run('token', 'create', 'prometheus', '--for', '1h');
    expect(made.code, made.stderr).toBe(0);
    const metrics = () => fetch(`${origin}/metrics`, { headers: { authorization: `Bearer ${made.stdout.trim()}` } });
    const text = await (await metrics()).text();
    expect(text).toMatch(/^reconcile_slot_healthy\{slot="db\/db",stage="foundation",state="running"\} 1$/m);
    expect(text).toMatch(/^reconcile_pass_duration_seconds_count/m);
    expect(text).toMatch(
      /^reconcile_podman_call_duration_seconds_count\{call="rest containers\/json",failed="false"\} [1-9]/m,
    );
    expect((await home.run('token', 'list')).stdout).toMatch(/^prometheus +token +guest +in /m);
    expect((await home.run('token', 'revoke', 'prometheus')).code).toBe(0);
    expect((await metrics()).status).toBe(401);
  });

  it('pages had no trouble with their own policy', () => {
    // The agent says 503 while the first commit has a mistake.
    expect(trouble.filter((text) => !text.includes('status of 503'))).toEqual([]);
  });
});
