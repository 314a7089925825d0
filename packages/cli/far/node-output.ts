import { Readable, Writable } from 'node:stream';
import { harmless, type Line, line, type Piece, pad, piece } from '@reconcile/core/render';
import type { CliContext } from '../frame/context.ts';
import type { Look } from '../frame/terminal.ts';

/** What one of several machines says, apart from what the others say. */
export interface NodeOutput {
  /** For the command about that machine: it speaks here, and asks nobody. */
  readonly cx: CliContext;
  /** Puts out what was kept back. */
  show(): void;
  /** What it printed, for a program: `answer` as JSON, or `text`. */
  told(): { readonly answer?: unknown; readonly text?: string };
}

export interface NodeOutputOptions {
  readonly node: string;
  /** Of the widest name. */
  readonly width: number;
  /** Lines go out as they come; else once they are asked for. */
  readonly isLive: boolean;
}

type Where = 'print' | 'tell';

/** Every line led by the machine's name; JSON as one value for each machine, or as one `{ node, says }` a line. */
export function nodeOutput(cx: CliContext, { isLive, node, width }: NodeOutputOptions): NodeOutput {
  const lead = piece(`${pad(node, width)} | `, 'head');
  const kept: { readonly where: Where; readonly line: Line }[] = [];
  const values: unknown[] = [];
  let text = '';
  const put = (where: Where, lines: readonly Line[]) => {
    for (const one of lines) {
      const said = line(lead, ...one.map((part) => clean(part, cx)));
      if (!isLive) kept.push({ where, line: said });
      else cx[where]([said]);
    }
  };
  const printText = (more: string) => {
    text += more;
    if (!cx.json) put('print', linesOf(more));
  };
  const narrow = (look: Look): Look => ({
    ...look,
    isTerminal: false,
    width: Math.max(40, look.width - width - 3),
  });
  const own: CliContext = {
    ...cx,
    look: narrow(cx.look),
    errLook: narrow(cx.errLook),
    canAsk: false,
    ask: async () => false,
    print: (lines) => put('print', lines),
    tell: (lines) => {
      if (!cx.json || isLive) put('tell', lines);
    },
    printText,
    printJson: (value) => {
      if (isLive) cx.printJson({ node, says: value });
      else values.push(value);
    },
    write: () => undefined,
    ends: {
      input: Readable.from([]),
      output: byLine(printText),
      errors: byLine((more) => put('tell', linesOf(more))),
    },
  };
  return {
    cx: own,
    show: () => {
      for (const { line: one, where } of kept.splice(0)) cx[where]([one]);
    },
    told: () => {
      if (values.length > 0) return { answer: values.length === 1 ? values[0] : values };
      return text === '' ? {} : { text };
    },
  };
}

/** What a program elsewhere prints goes to this terminal without what could take it over. */
function clean(part: Piece | string, { look }: CliContext): Piece {
  const whole = typeof part === 'string' ? piece(part) : part;
  return look.isTerminal ? { ...whole, text: harmless(whole.text) } : whole;
}

function linesOf(text: string): Line[] {
  const all = text.split('\n');
  if (all.at(-1) === '') all.pop();
  return all.map((one) => line(one));
}

/** Whole lines only: those of several machines are not mixed. */
function byLine(say: (text: string) => void): Writable {
  let rest = '';
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const text = rest + chunk.toString('utf8');
      const end = text.lastIndexOf('\n') + 1;
      rest = text.slice(end);
      if (end > 0) say(text.slice(0, end));
      done();
    },
    final(done) {
      if (rest !== '') say(`${rest}\n`);
      done();
    },
  });
}
