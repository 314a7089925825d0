import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Desired, SourceSnapshot } from '@reconcile/core';
import { compile } from '@reconcile/spec/compile';
import { parseSnapshot } from '@reconcile/spec/parse';
import { carryOut, emptySim, planOn, type Sim } from '@reconcile/testkit/worlds';
import { build } from 'esbuild';
import { writeCache } from '../../packages/cli/bundle/write-cache.ts';
import { runChild } from '../child.ts';
import { figures } from '../figures.ts';
import { alone, type Row } from '../row.ts';
import type { World } from '../world.ts';

const count = 1000;
const served = ['container', 'image', 'network', 'volume', 'secret', 'file', 'port-lease', 'job', 'listener', 'route'];

/**
 * Planning alone, as a fresh process does it: bundled with compiled code like the command, everything read before the clock
 * starts. Once for a node on which all is well, once for one on which nothing is there.
 */
export async function planning({ env, options }: World): Promise<Row[]> {
  const dir = mkdtempSync(join(tmpdir(), 'bench-plan-'));
  try {
    const desired = await desiredOf(count);
    const fresh = emptySim();
    const settled = settle(fresh, desired);
    const child = await bundled(dir);
    // Comparing is what a node does all day, and what the limit is about; making a thousand anew keeps podman busy for a minute.
    const rows = [
      { title: 'all is well', sim: settled, judged: { limit: 40 } },
      { title: 'nothing is there', sim: fresh, judged: {} },
    ];
    return rows.map(({ judged, sim, title }, i) => {
      const { history, observed } = sim;
      const file = join(dir, `world-${i}.json`);
      writeFileSync(file, JSON.stringify({ desired, observed, history, served }));
      const times = Array.from({ length: options.quick ? 7 : 15 }, () =>
        Number(runChild([process.execPath, child, file], { env }).stdout),
      );
      return alone({ measure: `plan of ${count} services, ${title}`, unit: 'ms', ...judged }, figures(times));
    });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function desiredOf(services: number): Promise<Desired> {
  const utf8 = new TextEncoder();
  const files = new Map([['fleet.toml', utf8.encode('name = "bench"\nzone = "example.net"\n')]]);
  for (let i = 1; i <= services; i++) files.set(`services/s${i}.toml`, utf8.encode(definition(i)));
  const { definitions, diagnostics, fleet } = await parseSnapshot(files);
  if (diagnostics.some(({ severity }) => severity === 'error')) throw new Error(JSON.stringify(diagnostics[0]));
  const snapshot: SourceSnapshot = {
    source: 'directory',
    commit: 'c'.repeat(40),
    message: '',
    author: '',
    at: 0,
    files,
    warnings: [],
    allows: [],
  };
  const policy = { mounts: [], images: ['*'], flags: [], blast: { services: 1, percent: 25 } };
  const node = { node: 'rift', addresses: [], listeners: {}, workspace: null, policy };
  return compile({ snapshot, definitions, fleet, node, generation: 1 }).desired;
}

/** An ordinary service: a container with a route, so also a lease, a shared image and a shared listener. */
function definition(i: number): string {
  return `name = "s${i}"

[[components]]
name = "main"
image = "registry.example.net/web:1"
env = { NAME = "s${i}" }

[[components.routes]]
port = 80
hostname = "s${i}.example.net"

[components.health]
type = "http"
path = "/healthz"
`;
}

function settle(from: Sim, desired: Desired): Sim {
  let sim = from;
  for (let round = 0; round < 5; round++) {
    const made = planOn(sim, desired, served);
    if (made.actions.length === 0) return sim;
    sim = carryOut(sim, desired, made);
  }
  throw new Error('the simulated node does not settle');
}

/** planner.ts with its compiled code beside it. @returns what to give to node */
async function bundled(dir: string): Promise<string> {
  const outfile = join(dir, 'planner.js');
  const common = { bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'error' } as const;
  const here = join(import.meta.dirname, '..');
  // A function of what it needs, as the parts of the command's own bundle are.
  const wrapper = { banner: { js: '(function (require, __dirname) {' }, footer: { js: '})' } };
  await build({ ...common, ...wrapper, entryPoints: [join(here, 'planner.ts')], outfile, charset: 'ascii' });
  await build({ ...common, entryPoints: [join(here, 'planner-start.ts')], outfile: join(dir, 'start.js') });
  writeCache(outfile, `${outfile}.cache`, true);
  return join(dir, 'start.js');
}
