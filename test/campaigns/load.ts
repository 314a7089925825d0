import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, testImage } from '@reconcile/testkit/podman';
import { startLoad } from '@reconcile/testkit/proxy';
import { type Download, noDownload, openDownload } from './download.ts';
import type { CampaignEnd, CampaignOptions } from './main.ts';
import { stillDownload } from './still.ts';

// Requests over HTTPS at a steady rate while two services are redeployed in turns (start-first and stop-first), routes come and go,
// and certificates are made anew. Whoever asks must not notice; who downloads for long is given the drain, and no more.

export const zone = 'example.net';
const drainS = 5;
const stopS = 1;
/** Ending a container and looking again, on a busy machine. */
const slackMs = 5_000;

const page = `/bin/busybox mkdir -p /tmp/www/cgi-bin; echo $VERSION >/tmp/www/index.html; echo ok >/tmp/www/healthz; printf '%s\\n' '#!/bin/sh' echo 'i=0' 'while [ $i -lt $QUERY_STRING ]; do echo $i; sleep 1; i=$((i+1)); done' 'echo end' >/tmp/www/cgi-bin/slow; /bin/busybox chmod 755 /tmp/www/cgi-bin/slow; exec httpd -f -p $PORT -h /tmp/www`;

/**
 * A page, and downloads of as many seconds as one asks for.
 * @param edit Counts edits of the route alone; each second one has another name as well, which makes a new container.
 */
export function pageDefinition(name: string, version: number, edit = 0): string {
  const more = edit % 2 === 1 ? `[[components.routes]]\nname = "extra"\nhostname = "extra-${name}.${zone}"\n` : '';
  return `name = "${name}"
[[components]]
name = "main"
image = "${testImage('1')}"
cmd = ["/bin/sh", "-c", ${JSON.stringify(page)}]
env = { VERSION = "${name}-${version}" }
stop_timeout = "${stopS}s"
[[components.routes]]
name = "page"
headers = { X-Edit = "${edit}" }
${more}[components.health]
type = "http"
path = "/healthz"
port = "page"
[components.update]
strategy = "${name === 'second' ? 'stop-first' : 'start-first'}"
min_ready = "300ms"
drain = "${drainS}s"
`.replaceAll('$PORT', '$PORT_PAGE');
}

const services = ['first', 'second', 'third', 'still'] as const;

export async function loadCampaign({ rate, redeploys, say, seconds }: CampaignOptions): Promise<CampaignEnd> {
  await buildTestImage('1');
  const port = await freePort();
  const home = await FleetHome.make({ tlsListeners: { 443: `127.0.0.1:${port}` }, more: '[drivers.internal-ca]\n' });
  try {
    await home.commit('four services', {
      'fleet.toml': `name = "home"\nzone = "${zone}"\n`,
      ...Object.fromEntries(services.map((name) => [`services/${name}.toml`, pageDefinition(name, 0)])),
    });
    await home.apply(0);
    return await underLoad(home, { port, rate, redeploys, say, seconds });
  } finally {
    await home.close();
  }
}

interface Under extends Pick<CampaignOptions, 'rate' | 'redeploys' | 'say' | 'seconds'> {
  readonly port: number;
}

async function underLoad(home: FleetHome, { port, rate, redeploys, say, seconds }: Under): Promise<CampaignEnd> {
  const ca = (await home.run('cert', 'root')).stdout;
  const right = new Map<string, Set<string>>(services.map((name) => [name, new Set([`${name}-0`])]));
  const targets = services.map((name) => ({
    ...{ port, ca, host: `${name}.${zone}`, timeoutMs: 60_000 },
    isRight: (body: string) => right.get(name)?.has(body.trim()) === true,
  }));
  const firstWorkers = await workers(home);
  const refused: string[] = [];
  const download = (name: string, forS: number) =>
    openDownload({ port, ca, host: `${name}.${zone}`, forS }).catch((error: unknown) => {
      refused.push(`download of ${name} after ${Math.round(elapsedS())} s: ${String(error)}`);
      return noDownload;
    });
  // A program that stands still for seconds is cut off by any server: then it is this machine that failed.
  const pauses = monitorEventLoopDelay({ resolution: 10 });
  pauses.enable();
  const load = startLoad(targets, rate);
  const startedAt = performance.now();
  const elapsedS = () => (performance.now() - startedAt) / 1000;
  const done = { redeploys: 0, edits: 0, renewals: 0 };
  const short: Download[] = [];
  const drains: number[] = [];
  const late: string[] = [];
  // Of a service that nothing happens to.
  const still = await stillDownload(() => download('still', 100_000), firstWorkers);
  const pause = seconds / redeploys;
  for (let turn = 1; turn <= redeploys; turn++) {
    const name = turn % 2 === 1 ? 'first' : 'second';
    short.push(await download(name, 3));
    const long = await download(name, 100_000);
    right.get(name)?.add(`${name}-${turn}`);
    const tookMs = await commitAndApply(home, { [`services/${name}.toml`]: pageDefinition(name, turn) });
    done.redeploys++;
    // Counted from the commit: making and gating the next version is part of it.
    const goneMs = await long.ended(slackMs);
    if (goneMs === undefined) late.push(`${name}-${turn}`);
    else drains.push(goneMs);
    right.set(name, new Set([`${name}-${turn}`]));
    say(
      `${Math.round(elapsedS())} s: ${name}-${turn} took ${(tookMs / 1000).toFixed(1)} s, its long download ended ${((goneMs ?? -1) / 1000).toFixed(1)} s after the commit`,
    );
    if (turn % 2 === 0) {
      await commitAndApply(home, { 'services/third.toml': pageDefinition('third', 0, turn / 2) });
      done.edits++;
    } else {
      await rm(join(home.state, 'certificates', `${services[turn % 4]}.${zone}.pem`));
      await home.apply(0);
      done.renewals++;
    }
    await still.look(await workers(home));
    const restMs = (turn * pause - elapsedS()) * 1000;
    if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
  }
  const tookS = elapsedS();
  pauses.disable();
  const { failures, heldBack, slowestMs, total } = await load.stop();
  const cut = (await Promise.all(short.map((one) => one.finished()))).filter((isWhole) => !isWhole).length;
  still.close();
  return {
    isKept: failures.length === 0 && refused.length === 0 && late.length === 0 && cut === 0 && still.cut.length === 0,
    figures: {
      requests: total,
      'requests per second': Math.round(total / tookS),
      'held back by this machine': heldBack,
      'failed or wrong': failures.length,
      ...(failures.length === 0 ? {} : { 'the first of them': failures.slice(0, 5) }),
      ...(refused.length === 0 ? {} : { refused }),
      'longest pause of whoever asks': `${Math.round(pauses.max / 1e6)} ms`,
      'slowest request': `${slowestMs} ms`,
      ...done,
      reloads: still.reloads,
      'downloads of 3 s cut': `${cut} of ${short.length}`,
      'endless downloads that outlived the redeploy': late.length,
      'longest life after a commit': `${(Math.max(...drains) / 1000).toFixed(1)} s`,
      'untouched downloads ended by a hard stop': still.stopped,
      'untouched downloads cut': still.cut.length === 0 ? 0 : still.cut,
    },
  };
}

async function commitAndApply(home: FleetHome, files: Readonly<Record<string, string>>): Promise<number> {
  const startedAt = performance.now();
  await home.commit(Object.keys(files).join(), files);
  await home.apply(0);
  return performance.now() - startedAt;
}

/** Workers of HAProxy's master: another one means a reload. */
export async function workers(home: FleetHome): Promise<readonly string[]> {
  const master = (await readFile(join(home.state, 'haproxy', 'haproxy.pid'), 'utf8')).trim().split('\n')[0];
  return (await readFile(`/proc/${master}/task/${master}/children`, 'utf8')).trim().split(' ');
}
