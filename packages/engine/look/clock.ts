import {
  type ClockDoubt,
  type ClockNote,
  clockNote,
  isClockOff,
  type Json,
  judgeClock,
  type ObserveContext,
  parseClockNote,
} from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';

const askTimeoutMs = 3000;

/** Is the moment that this look goes by believed, and what is to be kept for the next one; no note: nothing new. */
export async function lookAtClock({
  bootId,
  host,
  ledger,
  now,
}: ObserveContext<ReadHost>): Promise<{ readonly doubt?: ClockDoubt; readonly notes: Readonly<Record<string, Json>> }> {
  const before = parseClockNote(ledger.notes[clockNote]);
  const seen = { wall: now, upMs: host.proc.upMs(), bootId };
  const isVouched = isClockOff(before, seen) && (await isSynchronized(host));
  const { doubt, note } = judgeClock(before, seen, isVouched);
  return { ...(doubt === undefined ? {} : { doubt }), notes: note === before ? {} : { [clockNote]: jsonOf(note) } };
}

function jsonOf(note: ClockNote): Json {
  return note as unknown as Json;
}

/** The kernel's word: it takes it back when somebody sets the clock, until other machines' clocks agree again (adjtimex(2)). */
async function isSynchronized(host: ReadHost): Promise<boolean> {
  const args = ['show', '--property=NTPSynchronized', '--value'];
  const said = await host.run.run('timedatectl', args, { timeoutMs: askTimeoutMs }).catch(() => undefined);
  return said?.exitCode === 0 && said.stdout.trim() === 'yes';
}
