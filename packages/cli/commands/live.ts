import type { Action, Event, Plan } from '@reconcile/core';
import { cut, duration, harmless, line, pad, piece, type Style } from '@reconcile/core/render';
import type { CliContext } from '../frame/context.ts';
import { paintLine } from '../frame/terminal.ts';

interface Row {
  readonly slot: string;
  text: string;
  style: Style;
  startedAt: number;
  open: number;
  failed: boolean;
}

const redrawMs = 100;

/**
 * What is happening, while it happens. On a terminal one line per slot, rewritten in place; elsewhere one timestamped line
 * per finished action. On stderr: what a pipe reads stays clean.
 */
export class LiveView {
  readonly #cx: CliContext;
  readonly #rows = new Map<string, Row>();
  #drawn = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(cx: CliContext) {
    this.#cx = cx;
  }

  begin(made: Plan): void {
    if (!this.#isLive()) return;
    const isMain = ({ kind }: Action) => kind === 'container' || kind === 'job';
    const firstOf = (service: string | undefined) =>
      made.actions.find((other) => isMain(other) && service !== undefined && other.services.includes(service))?.slot;
    for (const action of made.actions) {
      const [service] = action.services;
      this.#row(isMain(action) ? action.slot : (firstOf(service) ?? service ?? action.key)).open++;
    }
    this.#timer = setInterval(() => this.#draw(), redrawMs);
  }

  event(event: Event): void {
    if (!('actionId' in event)) return;
    if (this.#isLive()) this.#update(event);
    else this.#say(event);
  }

  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#isLive()) this.#draw();
  }

  #isLive(): boolean {
    return this.#cx.errLook.isTerminal && !this.#cx.json;
  }

  #say(event: Extract<Event, { actionId: string }>): void {
    if (this.#cx.json) return;
    const time = new Date(event.at).toISOString().slice(11, 19);
    switch (event.type) {
      case 'action.succeeded':
      case 'gate.opened':
        this.#cx.tell([line(`${time}  ok      ${event.actionId}  ${duration(event.durationMs)}`)]);
        return;
      case 'action.failed':
      case 'gate.expired':
        this.#cx.tell([
          line(`${time}  failed  ${event.actionId}  ${duration(event.durationMs)}  ${harmless(event.message)}`),
        ]);
        return;
      case 'action.skipped':
      case 'action.started':
        return;
    }
  }

  #row(slot: string): Row {
    const known = this.#rows.get(slot);
    if (known !== undefined) return known;
    const made: Row = { slot, text: 'waits its turn', style: 'dim', startedAt: 0, open: 0, failed: false };
    this.#rows.set(slot, made);
    return made;
  }

  #update(event: Extract<Event, { actionId: string }>): void {
    const row = this.#row(this.#rows.has(event.slot) ? event.slot : this.#home(event));
    if (row.startedAt === 0) row.startedAt = event.at;
    switch (event.type) {
      case 'action.started':
        if (!row.failed) this.#set(row, `${event.verb}…`, 'plain');
        return;
      case 'action.succeeded':
      case 'gate.opened':
        row.open = Math.max(0, row.open - 1);
        if (row.open === 0 && !row.failed) this.#set(row, `${duration(event.at - row.startedAt)}`, 'good');
        return;
      case 'action.failed':
      case 'gate.expired':
        row.failed = true;
        this.#set(row, harmless(event.message), 'bad');
        return;
      case 'action.skipped':
        row.open = Math.max(0, row.open - 1);
        return;
    }
  }

  /** Routes, images and the like have no row of their own: they belong to the first row of their name. */
  #home(event: { readonly slot: string; readonly key: string }): string {
    const [first] = [...this.#rows.keys()].filter((slot) => event.key.includes(`/${slot.split('/')[0] ?? ''}`));
    return first ?? event.slot;
  }

  #set(row: Row, text: string, style: Style): void {
    row.text = text;
    row.style = style;
  }

  #draw(): void {
    const { errLook } = this.#cx;
    const name = Math.min(32, Math.max(8, ...[...this.#rows.keys()].map((slot) => slot.length)));
    const lines = [...this.#rows.values()].map((row) => {
      const mark =
        row.style === 'good' ? (errLook.ascii ? 'ok' : '✔') : row.style === 'bad' ? (errLook.ascii ? 'x' : '✘') : ' ';
      const text = cut(row.text, Math.max(10, errLook.width - name - 8));
      return paintLine(
        line(`  ${pad(mark, 2)} `, piece(pad(cut(row.slot, name), name), 'bold'), '  ', piece(text, row.style)),
        errLook,
      );
    });
    const up = this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A`;
    this.#cx.write(`${up}${lines.map((text) => `\u001b[2K${text}\n`).join('')}`);
    this.#drawn = lines.length;
  }
}
