import {
  containerUsage,
  lastChangeOf,
  nodePast,
  nodeStanding,
  originOf,
  sceneOf,
  serviceStatus,
} from '@reconcile/agent/standing';
import { narrow } from '@reconcile/core/plan';
import { momentText, renderNodeStatus, renderStatus, type StatusOptions } from '@reconcile/core/render';
import { listHistory } from '@reconcile/registry';
import type { CliContext } from '../frame/context.ts';
import { exit, planExit, worst } from '../frame/exit.ts';
import { lookAround, type Sight } from '../frame/node.ts';
import { absenceLine, absenceNamed, plainName, rowsNamed } from './named.ts';
import { rowsExit } from './ps.ts';

const historyLimit = 200;

/** One service from all sides; without a name, the node in a few lines. */
export async function runStatus(cx: CliContext, name: string | undefined): Promise<number> {
  const sight = await lookAround(cx);
  return name === undefined ? node(cx, sight) : service(cx, sight, plainName(name, sight.config.node));
}

async function node(cx: CliContext, sight: Sight): Promise<number> {
  const { config, host, loaded, registry, seen } = sight;
  const standing = nodeStanding(sceneOf(seen), await originOf(config, host, loaded), 'local');
  const past = nodePast(registry, config);
  const code = worst(planExit(seen.plan), rowsExit(standing.rows), loaded.trouble === undefined ? 0 : exit.held);
  if (cx.json) cx.printJson({ ...standing, past, exit: code });
  else cx.print(renderNodeStatus(standing, past, options(cx, standing.at)));
  return code;
}

async function service(cx: CliContext, sight: Sight, name: string): Promise<number> {
  const { config, host, loaded, registry, seen } = sight;
  const scene = sceneOf(seen);
  const standing = nodeStanding(scene, await originOf(config, host, loaded), 'local');
  const absence = absenceNamed(standing, name);
  if (absence !== undefined) {
    if (cx.json) cx.printJson({ name, ...absence, exit: exit.converged });
    else cx.print([absenceLine(standing, name, absence)]);
    return exit.converged;
  }
  const rows = rowsNamed(standing, [name]);
  const containers = rows.flatMap((row) => (row.startedAt === undefined ? [] : [row.container]));
  const [usage, wantedBy] = await Promise.all([
    containerUsage(host, containers, cx.signal),
    lastChangeOf(config, name.split('/')[0] ?? name, { host, signal: cx.signal, commit: scene.desired.commit }),
  ]);
  const history = registry.read((all) => listHistory(all, { slot: name, limit: historyLimit }));
  const status = serviceStatus(scene, standing, { name, past: { history, wantedBy, usage, zone: 'local' } });
  const code = worst(planExit(narrow(seen.plan, { services: [name] })), rowsExit(rows));
  if (cx.json) cx.printJson({ ...status, exit: code });
  else cx.print(renderStatus(status, options(cx, standing.at)));
  return code;
}

function options(cx: CliContext, now: number): StatusOptions {
  return { width: cx.look.width, ascii: cx.look.ascii, when: (at) => momentText(at, now, 'local') };
}
