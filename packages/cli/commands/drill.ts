import { type DrillReport, drill } from '@reconcile/agent/recover/drill';
import { count, duration, harmless, type Line, line, piece } from '@reconcile/core/render';
import { createHost } from '@reconcile/host/writing';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { lookAround } from '../frame/node.ts';
import { LiveView } from './live.ts';
import { patience } from './patience.ts';

/**
 * `recover --drill`: this node from nothing, on a throw-away podman of its own beside the real one: how long it takes, and
 * what would not come back. @throws what a pass throws
 */
export async function runDrill(cx: CliContext): Promise<number> {
  const { config, desired, loaded, registry } = await lookAround(cx);
  const { localPrincipal } = await import('../frame/writer.ts');
  const view = new LiveView(cx);
  try {
    const report = await drill({
      config,
      desired,
      loaded,
      registry,
      host: createHost({ env: cx.env }),
      hostFor: (env, runtimeDir) => createHost({ env: { ...cx.env, ...env }, home: { runtimeDir } }),
      nativeBinding: cx.install.nativeBinding,
      by: localPrincipal(cx.uid),
      signal: cx.signal,
      patient: patience(),
      begin: (made) => view.begin(made),
      emit: (event) => view.event(event),
    });
    view.end();
    const code = report.late.length > 0 ? exit.held : exit.converged;
    if (cx.json) cx.printJson({ version: 1, exit: code, ...report });
    else cx.print(reportLines(report, cx.look.ascii));
    return code;
  } finally {
    view.end();
    await registry.close();
  }
}

function reportLines(
  { containers, late, missingImages, ready, tookMs, withoutNetwork }: DrillReport,
  ascii: boolean,
): Line[] {
  const isWell = late.length === 0;
  return [
    line(
      piece(isWell ? (ascii ? 'ok ' : '✔ ') : '! ', isWell ? 'good' : 'warn'),
      piece(`from nothing to ready in ${duration(tookMs)}`, 'bold'),
      `: ${ready.length} of ${count(containers, 'container')}, on a throw-away copy that is gone again`,
    ),
    ...late.map(({ slot, why }) =>
      line(piece(`  ${slot} `, 'warn'), `was not ready: ${harmless(why)} (its data is read-only in a drill)`),
    ),
    ...(withoutNetwork.length === 0
      ? []
      : [line(piece(`  on the host's network, here without any: ${withoutNetwork.join(', ')}`, 'dim'))]),
    ...(missingImages.length === 0
      ? []
      : [line(piece('  images that had to be fetched: ', 'warn'), missingImages.join(', '))]),
  ];
}
