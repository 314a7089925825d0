import { type JobResult, jobTarget } from '@reconcile/agent/request';
import { duration, harmless, line, piece } from '@reconcile/core/render';
import type { CliContext } from '../frame/context.ts';
import { exit, worst } from '../frame/exit.ts';
import { passOnce, reportPass } from './pass.ts';
import { askedLine, type RequestOptions, requestOrder, requestWorld } from './request.ts';

/** `run S/JOB`: once, now; its output and its own exit code. A job that cannot run is not left for a later pass. */
export async function runJob(cx: CliContext, name: string, options: RequestOptions): Promise<number> {
  const startedAt = performance.now();
  const { node, target } = await requestWorld(cx, name, jobTarget);
  const result = await passOnce(cx, node, {
    order: requestOrder('run', target, options),
    ask: false,
    job: target,
    asked: () => {
      if (!cx.json) cx.tell([askedLine(node, `run ${target}`, options.message)]);
    },
  });
  if (result.request?.job !== undefined) return ended(cx, target, result.request.job);
  const tookMs = performance.now() - startedAt;
  const code = reportPass(cx, result, { tookMs, subject: target, also: { job: target, ran: false } });
  if (!cx.json) cx.tell([line(piece('not run: ', 'bad'), `${target}; the request is withdrawn`)]);
  return worst(code, exit.error);
}

function ended(cx: CliContext, job: string, { mark, output }: JobResult): number {
  const { exitCode, finishedAt, startedAt } = mark;
  const tookMs = Math.max(0, finishedAt - startedAt);
  if (cx.json) {
    cx.printJson({ job, ran: true, exitCode, startedAt, finishedAt, output, exit: exitCode });
    return exitCode;
  }
  // A pipe gets what the job wrote; a terminal nothing that could take it over.
  if (cx.look.isTerminal)
    cx.print(
      output
        .split('\n')
        .slice(0, -1)
        .map((text) => line(harmless(text))),
    );
  else if (output !== '') cx.printText(output);
  const verdict = exitCode === 0 ? piece('ended well', 'good') : piece(`ended with ${exitCode}`, 'bad');
  cx.tell([line(piece(job, 'bold'), '  ', verdict, piece(`   ${duration(tookMs)}`, 'dim'))]);
  return exitCode;
}
