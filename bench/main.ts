import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadText, machineLine } from './machine.ts';
import { first } from './measures/first.ts';
import { memory } from './measures/memory.ts';
import { planning } from './measures/plan.ts';
import { quiet } from './measures/quiet.ts';
import { reachable } from './measures/reachable.ts';
import { records } from './measures/records.ts';
import { removed } from './measures/removed.ts';
import { routes } from './measures/routes.ts';
import { startUp } from './measures/start-up.ts';
import { traffic } from './measures/traffic.ts';
import { readOptions } from './options.ts';
import { freeRanges } from './ports.ts';
import { notMeasured, type Row } from './row.ts';
import { services } from './services.ts';
import { Compose } from './sides/compose.ts';
import { Raw } from './sides/raw.ts';
import { Shell } from './sides/shell.ts';
import { Us } from './sides/us.ts';
import { tableLines } from './table.ts';
import { type Fleets, thisWorld } from './world.ts';

// `./dev bench`: our times beside those of podman's own peers, taken in turns on the same services. Ends with 1 when a limit is
// missed. RECONCILE_OUT gets bench.json, bench.txt and, with --write, evidence.md.

/** Sides differ in their ports: all of their containers run at the same time. */
const [ours = 0, shells = 0, composes = 0, raws = 0] = freeRanges(4, 200);
const firstPort = { us: ours, shell: shells, compose: composes, raw: raws } as const;
const detailed = 50;

const options = readOptions(process.argv.slice(2));
const world = thisWorld(options);
const isWanted = (name: string) => options.only.length === 0 || options.only.includes(name);

async function take(name: string, measure: () => Promise<Row[]>): Promise<Row[]> {
  if (!isWanted(name)) return [];
  progress(name);
  try {
    return await measure();
  } catch (error) {
    // The others are still worth having; the verdict is not.
    console.error(error);
    return [
      notMeasured(
        { measure: name },
        error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error),
        'failed',
      ),
    ];
  }
}

function progress(text: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} ${text}, load ${loadText()}`);
}

async function besideFleets(): Promise<Row[]> {
  if (!['quiet', 'removed', 'memory', 'first'].some(isWanted)) return [];
  const us = new Us('us', world);
  const shell = new Shell('shell', world);
  const raw = new Raw('raw', world);
  const servers = process.env.RECONCILE_SERVERS;
  const compose = Compose.isThere(servers) ? new Compose(servers, 'compose', world) : undefined;
  const sides = { us, shell, raw, compose };
  try {
    const rows: Row[] = [];
    for (const size of options.sizes) {
      if (!isWanted('quiet') && (size !== detailed || !isWanted('removed'))) continue;
      const fleets = await grow({ ...world, ...sides, size });
      rows.push(...(await take('quiet', () => quiet(fleets))));
      if (size !== detailed) continue;
      rows.push(...(await take('removed', () => removed(fleets))));
    }
    const last = { ...world, ...sides, size: detailed };
    if (!isWanted('first') && !isWanted('memory')) return rows;
    await Promise.all([us.forget(), shell.place.empty(), compose?.place.empty()]);
    us.want(services(detailed, firstPort.us));
    shell.want(services(detailed, firstPort.shell));
    raw.want(services(detailed, firstPort.raw));
    rows.push(...(await take('first', () => first(last))));
    rows.push(...(await take('memory', () => memory(last))));
    return rows;
  } finally {
    for (const side of [us, shell, raw, compose]) await side?.place.empty();
  }
}

/** Every side runs `size` services; what ran before goes on. */
async function grow(fleets: Fleets): Promise<Fleets> {
  const { compose, shell, size, us } = fleets;
  progress(`${size} services each`);
  us.want(services(size, firstPort.us));
  us.apply();
  shell.want(services(size, firstPort.shell));
  shell.loop();
  await compose?.want(services(size, firstPort.compose));
  compose?.up();
  return fleets;
}

function report(rows: readonly Row[], { about, lines }: { about: string; lines: readonly string[] }): void {
  const out = process.env.RECONCILE_OUT;
  const document = { about, rows };
  if (out !== undefined) {
    writeFileSync(join(out, 'bench.json'), `${JSON.stringify(document, undefined, 2)}\n`);
    writeFileSync(join(out, 'bench.txt'), `${about}\n\n${lines.join('\n')}\n`);
    const words = process.argv.slice(2).filter((word) => word !== '--write');
    const title = `## ${new Date().toISOString().slice(0, 10)}: \`${['./dev bench', ...words].join(' ')}\``;
    if (options.write) writeFileSync(join(out, 'evidence.md'), `\n${title}\n\n${about}\n\n${lines.join('\n')}\n`);
  }
  console.log(options.json ? JSON.stringify(document, undefined, 2) : `\n${lines.join('\n')}\n\n${about}`);
}

async function main(): Promise<void> {
  const before = loadText();
  const rows = [
    ...(await take('help', () => startUp(world))),
    ...(await take('plan', () => planning(world))),
    ...(await take('routes', () => routes(world))),
    ...(await take('records', () => records(world))),
    ...(await take('traffic', () => traffic(world))),
    ...(await besideFleets()),
    ...(await take('reachable', () => reachable(world))),
  ];
  const about = `${machineLine(world)}; load ${before} before, ${loadText()} after.`;
  report(rows, { about, lines: tableLines(rows) });
  const missed = rows.filter(({ verdict }) => verdict === 'missed' || verdict === 'failed');
  if (missed.length > 0)
    console.error(
      `\nmissed: ${missed.map(({ measure, peer }) => `${measure}${peer === undefined ? '' : ` (${peer})`}`).join('; ')}`,
    );
  process.exitCode = missed.length > 0 ? 1 : 0;
}

await main();
