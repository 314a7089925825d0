import type { Loaded } from '@reconcile/agent/desired';
import type { OrderListener } from '@reconcile/agent/order';
import type { SeenBefore } from '@reconcile/agent/pass';
import type { AgentService, PassAsk, PassNote, PassOrder, PassResult } from '@reconcile/agent/service';
import type { Action, Plan } from '@reconcile/core';
import { duration, harmless, type Line, line, piece, type RenderOptions, renderPlan } from '@reconcile/core/render';
import { reachedLines } from '../edit/reached.ts';
import { fail } from '../errors.ts';
import type { CliContext } from '../frame/context.ts';
import { exit, planExit, worst } from '../frame/exit.ts';
import { nodeName, type PassNode, type WritingNode } from '../frame/writer.ts';
import { commitMeta } from './commit-meta.ts';
import { LiveView } from './live.ts';
import { patience } from './patience.ts';
import { trialLines } from './trial.ts';
import { troubleLines } from './trouble.ts';

/** How long a one-shot pass waits for another writer. */
const writerWaitMs = 10_000;

/** What one command wants of a pass. */
export interface PassWords {
  readonly order: PassOrder;
  /** Ask a person before a replacement or removal, where one can answer. */
  readonly ask: boolean;
  readonly verbose?: boolean;
  /** The pass is for this job's sake, whose output is the answer: the plan goes to stderr, if there is more to it. */
  readonly job?: string;
  /** What was read from the source to see whether a pass is due. */
  readonly before?: Loaded;
  /** What that look saw of the node. */
  readonly seen?: SeenBefore | undefined;
  /** Decides instead of a person. */
  readonly approves?: (ask: PassAsk) => boolean;
  /** Said when the request is written down. */
  readonly asked?: (wasHeld: boolean | undefined) => void;
}

/**
 * One pass as the node's single writer, this process or the agent that runs here: shows the plan, asks where that is due,
 * shows what happens. @throws NODE_BUSY PLAN_MOVED SOURCE_NOTHING, and what drivers refuse
 */
export async function passOnce(cx: CliContext, node: PassNode, words: PassWords): Promise<PassResult> {
  const view = new LiveView(cx);
  const listener: OrderListener = {
    note: (note) => tellNote(cx, note, words),
    event: (event) => view.event(event),
    approve: async (ask) => {
      const { plan } = ask;
      if (words.approves?.(ask) === false) return false;
      if (!cx.json) showPlan(cx, ask, { verbose: words.verbose === true, job: words.job });
      const { trial } = words.order;
      if (trial !== undefined && !cx.json) cx.print(trialLines(plan, trial.withinMs));
      const isAsked = words.ask && cx.canAsk && !cx.json && plan.actions.some(asks);
      if (isAsked && !(await cx.ask('Do this? [y/N] '))) return false;
      view.begin(plan);
      return true;
    },
  };
  try {
    const asks = (words.ask && cx.canAsk && !cx.json) || words.approves !== undefined;
    if ('far' in node) return await passThere(node.far.service, { node, words, listener, asks });
    const { findAgent } = await import('@reconcile/agent/remote');
    const agent = await findAgent(node.config);
    if (agent === undefined) return await passHere(node, words, listener);
    try {
      return await passThere(agent.service, { node, words, listener, asks });
    } finally {
      agent.close();
    }
  } finally {
    view.end();
  }
}

interface There {
  readonly node: PassNode;
  readonly words: PassWords;
  readonly listener: OrderListener;
  /** Somebody is there to say yes. */
  readonly asks: boolean;
}

/** The agent that runs here is the writer: it carries the order out, and tells how that goes. */
async function passThere(agent: AgentService, { asks, listener, node, words }: There): Promise<PassResult> {
  const { by, signal } = node;
  const approve = asks ? (ask: PassAsk) => listener.approve(ask) : undefined;
  for await (const progress of agent.apply({ by, signal }, words.order, approve)) {
    switch (progress.kind) {
      case 'note':
        listener.note(progress.note);
        break;
      case 'event':
        listener.event(progress.event);
        break;
      case 'plan':
        if (!asks) await listener.approve(progress.ask);
        break;
      case 'result':
        return progress.result;
    }
  }
  throw fail('AGENT_SILENT', {
    message: `carry this out on ${nodeName(node)}`,
    actual: signal.aborted ? 'it was not waited for; what was begun goes on' : 'the agent ended before it was through',
    hint: 'reconcile status; reconcile events',
  });
}

async function passHere(node: WritingNode, words: PassWords, listener: OrderListener): Promise<PassResult> {
  const { becomeWriter, holdsGood } = await import('@reconcile/agent/pass');
  const { carryOutOrder } = await import('@reconcile/agent/order');
  const { order, seen } = words;
  const writer = await becomeWriter({ ...node, waitMs: writerWaitMs });
  try {
    const before = words.before === undefined ? {} : { before: words.before };
    const { lock, registry } = writer;
    const context = { ...node, patient: patience(), ...before, seen: holdsGood(lock, seen) ? seen : undefined };
    return await carryOutOrder(context, { order, registry, listener });
  } finally {
    await writer.close();
  }
}

function tellNote(cx: CliContext, note: PassNote, words: PassWords): void {
  switch (note.type) {
    case 'asked':
      words.asked?.(note.wasHeld);
      return;
    case 'queued':
      if (!cx.json) cx.tell([line(piece(`waiting for ${note.behind}`, 'dim'))]);
      return;
    case 'behind':
      cx.tell([
        line(
          piece(`source: ${note.problem}  `, 'bad'),
          `${harmless(note.message)}; going on with what was fetched last`,
        ),
        line(piece('  next    ', 'dim'), harmless(note.hint)),
      ]);
  }
}

function showPlan(
  cx: CliContext,
  { observedAt, plan, source }: PassAsk,
  { job, verbose }: { verbose: boolean; job: string | undefined },
): void {
  cx.tell(troubleLines(source, cx.errLook));
  const meta = {
    stages: source.stages,
    observedAgoMs: Math.max(0, Date.now() - observedAt),
    ...commitMeta(source.commit),
  };
  const lines = withoutAdvice(renderPlan(plan, meta, renderOptions(cx, verbose)));
  if (job === undefined) cx.print(lines);
  else if (plan.changes.some(({ slot }) => slot !== job)) cx.tell(lines);
}

/** Replacements and removals are asked about; making and repairing is not. */
export function asks(action: Action): boolean {
  return action.risk !== 'safe' && action.verb !== 'alias' && action.reason.code !== 'Exited';
}

/** What to type next makes no sense in the moment it is done. */
function withoutAdvice(lines: readonly Line[]): Line[] {
  const isAdvice = (text: Line) => /^(?:apply|more):/.test(text[0]?.text ?? '');
  const kept = lines.filter((text) => !isAdvice(text));
  return kept.slice(0, kept.findLastIndex((text) => text.length > 0) + 1).concat([[]]);
}

export interface PassEnd {
  readonly tookMs: number;
  /** What the pass was narrowed to; absent: the whole node. */
  readonly subject?: string;
  /** What the subject is when all is done. Default `converged`. */
  readonly verdict?: string | undefined;
  /** Further fields of the JSON answer. */
  readonly also?: object;
}

/** Says what a pass came to. @returns the exit code */
export function reportPass(cx: CliContext, result: PassResult, end: PassEnd): number {
  const { approved, done, failed, first, last, reached = [], source } = result;
  // A gate that was not passed stands with the plan, as held or waiting.
  const broken = failed.filter(({ code }) => code !== 'GATE_EXPIRED' && code !== 'GATE_ENDED');
  const isOdd = source.trouble !== undefined || reached.some(({ isWell }) => !isWell);
  const code = approved
    ? worst(planExit(last), broken.length > 0 ? exit.error : 0, isOdd ? exit.held : 0)
    : planExit(last);
  if (cx.json) {
    const asked = result.reached === undefined ? {} : { reached };
    cx.printJson({ ...end.also, ...last, ...asked, exit: code, done, failed });
    return code;
  }
  if (!approved) {
    cx.print([line('Nothing was done.')]);
    return code;
  }
  for (const { id, message } of broken) cx.tell([line(piece('failed ', 'bad'), `${id}: ${message}`)]);
  // Without anything to do the plan was not shown, and with it not what is wrong with the source.
  if (first.actions.length === 0) cx.tell(troubleLines(source, cx.errLook));
  const isDone = last.changes.length === 0 && last.held.length === 0 && last.waiting.length === 0;
  const meta = { stages: source.stages, tookMs: end.tookMs };
  cx.print(
    end.subject !== undefined && isDone
      ? [subjectLine(cx, result, { ...end, subject: end.subject }), ...reachedLines(reached)]
      : [...renderPlan(last, meta, renderOptions(cx, false)), ...badLines(last)],
  );
  return code;
}

/** A version that was rolled back: where it says why. */
function badLines({ held }: Plan): Line[] {
  const services = new Set(held.flatMap((hold) => (hold.code === 'KnownBad' ? hold.services.slice(0, 1) : [])));
  return [...services].map((service) =>
    line(piece('next: ', 'dim'), `reconcile logs ${service} --previous   reconcile explain ${service}`),
  );
}

/** `✔ web  converged at 8d20b7e   3.4 s`; what does not answer by name is not done. */
function subjectLine(
  cx: CliContext,
  { last, reached = [] }: PassResult,
  end: PassEnd & { readonly subject: string },
): Line {
  const { subject, tookMs, verdict = 'converged' } = end;
  const isWell = reached.every((one) => one.isWell);
  const sign = isWell ? (cx.look.ascii ? 'ok' : '✔') : cx.look.ascii ? '!!' : '✖';
  return line(
    piece(`${sign} `, isWell ? 'good' : 'bad'),
    piece(subject, 'bold'),
    `  ${isWell ? verdict : `${verdict}, but it does not answer as it should,`} at ${last.commit.slice(0, 7)}`,
    piece(`   ${duration(tookMs)}`, 'dim'),
  );
}

function renderOptions(cx: CliContext, verbose: boolean): RenderOptions {
  return { width: cx.look.width, ascii: cx.look.ascii, verbose };
}
