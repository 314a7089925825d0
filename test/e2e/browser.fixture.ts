import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

// Debian's Chromium, unpacked beside the test servers (dev.d/servers.sh), or the one that is installed.

const unpacked = process.env.RECONCILE_BROWSER ?? '';
const own = join(unpacked, 'usr', 'lib', 'chromium', 'chromium');
const installed = ['/usr/lib/chromium/chromium', '/usr/bin/chromium'].find((path) => existsSync(path));

/** Why no browser test can run here; undefined: they can. */
export function noBrowser(): string | undefined {
  if (unpacked !== '' && existsSync(own)) return undefined;
  return installed === undefined ? 'no Chromium: run it by ./dev test, or apt-get install chromium' : undefined;
}

/** A browser of this test alone: its profile, caches and fonts lie in a directory that is gone afterwards. */
export async function openBrowser(): Promise<Browser> {
  const home = mkdtempSync(join(tmpdir(), 'browser-'));
  const isUnpacked = unpacked !== '' && existsSync(own);
  const lib = join(unpacked, 'usr', 'lib');
  const libraries = isUnpacked ? readdirSync(lib).filter((name) => name.endsWith('-linux-gnu')) : [];
  const browser = await chromium.launch({
    executablePath: isUnpacked ? own : (installed ?? ''),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--force-color-profile=srgb'],
    env: {
      HOME: home,
      LANG: 'C.UTF-8',
      TZ: 'UTC',
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      ...(isUnpacked
        ? {
            LD_LIBRARY_PATH: libraries.flatMap((name) => [join(lib, name), join(lib, name, 'pulseaudio')]).join(':'),
            FONTCONFIG_SYSROOT: unpacked,
          }
        : {}),
    },
  });
  browser.on('disconnected', () => rmSync(home, { recursive: true, force: true }));
  return browser;
}

/** What the page said went wrong: errors of scripts, refused content, failed requests. */
export function troubles(page: Page): string[] {
  const found: string[] = [];
  page.on('pageerror', (error) => found.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') found.push(`console: ${message.text()} ${message.location().url}`);
  });
  return found;
}
