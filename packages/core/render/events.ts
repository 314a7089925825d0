import type { Event } from '../model/event.ts';
import type { Instant } from '../model/json.ts';
import { type Line, line, pad, piece, type Style } from './text.ts';
import { fullTime, type Zone } from './time.ts';
import { duration } from './units.ts';

/** One event as a line of a list; undefined: of no interest unless everything is asked for. */
export function eventLine(event: Event, { all, zone }: { all: boolean; zone: Zone }): Line | undefined {
  const [word, text, style, isQuiet] = eventWords(event);
  if (isQuiet && !all) return undefined;
  return line(piece(`${fullTime(event.at, zone)}  `, 'dim'), piece(`${pad(word, 8)}  `, style), text);
}

type Words = readonly [word: string, text: string, style: Style, isQuiet: boolean];

function eventWords(event: Event): Words {
  switch (event.type) {
    case 'cycle.started':
      return ['pass', `began (${event.cycleId})`, 'dim', true];
    case 'cycle.finished':
      return event.converged
        ? ['pass', `converged in ${duration(event.durationMs)}`, 'good', false]
        : ['pass', `ended after ${duration(event.durationMs)}, not converged`, 'warn', false];
    case 'observe.failed':
      return ['blind', `${event.kind}: ${event.message}`, 'bad', false];
    case 'plan.made':
      return [
        'plan',
        `${event.planId}: ${event.actions} to do, ${event.held} held, ${event.waiting} waiting`,
        'plain',
        event.actions === 0,
      ];
    case 'action.started':
      return ['start', actionText(event), 'dim', true];
    case 'action.succeeded':
      return ['ok', `${actionText(event)}  ${duration(event.durationMs)}`, 'good', false];
    case 'action.failed':
      return ['failed', `${actionText(event)}  ${duration(event.durationMs)}: ${event.message}`, 'bad', false];
    case 'action.skipped':
      return ['skipped', `${actionText(event)}: ${event.because}`, 'warn', true];
    case 'gate.opened':
      return ['ready', `${event.slot} after ${duration(event.durationMs)}`, 'good', false];
    case 'gate.expired':
      return ['failed', `gate of ${event.slot} after ${duration(event.durationMs)}: ${event.message}`, 'bad', false];
    case 'hold.placed':
      return ['held', `${event.holdId}: ${event.message}`, 'warn', false];
    case 'hold.released':
      return ['released', event.holdId, 'good', false];
    case 'condition.changed':
      return [
        'now',
        `${event.slot} ${event.condition} ${event.status}: ${event.message}`,
        event.status === 'True' ? 'good' : 'warn',
        false,
      ];
    case 'node.joined':
      return ['node', `${event.node} joined`, 'good', false];
    case 'node.lost':
      return ['node', `${event.node} is lost`, 'bad', false];
  }
}

function actionText({ key, verb }: { readonly key: string; readonly verb: string }): string {
  return `${verb} ${key.replace('/', ' ')}`;
}

/** One thing that happened to a component; as the registry keeps it. */
export interface HistoryLine {
  readonly at: Instant;
  readonly slot: string;
  readonly what: string;
  readonly commit: string;
  readonly from: string;
  readonly to: string;
  readonly why: string;
  readonly by: string;
}
