import { bootReport } from '@reconcile/agent/boot';
import { plainName } from '@reconcile/agent/subject';
import type { BootReport } from '@reconcile/core';
import { renderBoot } from '@reconcile/core/render';
import { createReadHost } from '@reconcile/host/reading';
import { callerOf } from '../frame/agent.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import type { Far } from '../frame/far.ts';
import { remember } from '../frame/node.ts';

/**
 * What this boot waited for, of the node or of one service. From the registry alone: it answers while podman does not. @throws NO_NODE
 * CONFIG_* REGISTRY_*
 */
export async function runBootStatus(cx: CliContext, name: string | undefined): Promise<number> {
  const { node, now, whole } = cx.far === undefined ? await rememberedBoot(cx) : await bootThere(cx, cx.far);
  const wanted = name === undefined ? undefined : plainName(name, node);
  const slots = whole.slots.filter(({ slot }) => wanted === undefined || `${slot}/`.startsWith(`${wanted}/`));
  const report = { ...whole, slots };
  const code = slots.every(({ readyAt }) => readyAt !== undefined) ? exit.converged : exit.pending;
  if (cx.json) cx.printJson({ ...report, node, exit: code });
  else {
    const { ascii, width } = cx.look;
    cx.print(renderBoot(report, { node, now, width, ascii, zone: 'local' }));
  }
  return code;
}

interface BootSeen {
  readonly node: string;
  readonly now: number;
  readonly whole: BootReport;
}

async function rememberedBoot(cx: CliContext): Promise<BootSeen> {
  const { clock, proc } = createReadHost();
  const { config, registry } = await remember(cx);
  const now = clock.now();
  const bootId = await proc.bootId();
  const whole = bootReport(registry, bootId, now) ?? { bootId, firstSeenAt: now, stages: [], slots: [] };
  return { node: config.node, now, whole };
}

async function bootThere(cx: CliContext, { service }: Far): Promise<BootSeen> {
  const { boot, node } = await service.state(callerOf(cx));
  return { node, now: Date.now(), whole: boot };
}
