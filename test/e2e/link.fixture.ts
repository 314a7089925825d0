import { readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunOutcome } from '@reconcile/testkit/fleet';
import type { Start } from './edge.fixture.ts';

const world = process.env.RECONCILE_LINK;

/** For the title of a test that cannot run: the reason is printed with it. */
export const noLink =
  world === undefined ? 'two network namespaces: only root can make them (./dev link, ./dev test as root)' : undefined;

/** As on the platform: what svc dials, and what everybody else does. */
export const at = { rift: '100.95.252.120', lan: '192.168.88.181', svc: '100.106.232.4' } as const;

/** In the namespace of svc. */
export const startThere: Start = (command) =>
  new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(join(process.env.TMPDIR ?? '', 'door'), () => socket.write(`${JSON.stringify(command)}\n`));
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.on('error', reject);
    socket.on('end', () => resolve(JSON.parse(text) as RunOutcome));
  });

/** Takes the link away, or gives it back, and waits until it is so. @throws when nobody does it within 5 s */
export async function link(word: 'cut' | 'mend'): Promise<void> {
  const done = join(world ?? '', 'link.done');
  await rm(done, { force: true }).catch(() => undefined);
  await writeFile(join(world ?? '', 'link'), `${word}\n`);
  for (const until = Date.now() + 5000; Date.now() < until; await pause(20))
    if ((await readFile(done, 'utf8').catch(() => '')).trim() === word) return;
  throw new Error(`the link was not ${word}`);
}
