import type {
  Change,
  FieldChange,
  Instant,
  ReasonCode,
  ResourceKey,
  SlotHistory,
  SlotKey,
  Wait,
} from '@reconcile/core';
import { flappingWindowMs } from '@reconcile/core/kinds/container';
import { duration, fieldText } from '@reconcile/core/render';

/** What a pass would change, in a few words; the plan has the rest. */
export function changeText(change: Change): string {
  const fields = fieldsText(change.fields);
  const { reason } = change;
  switch (change.type) {
    case 'create':
      return 'to be made';
    case 'run':
      return 'to be run';
    case 'adopt':
      return 'to be adopted';
    case 'replace':
      return `to be replaced: ${fields === '' ? 'a new version' : fields}`;
    case 'rebuild':
      return `drift: ${reason.text ?? 'changed by hand'}; to be made anew`;
    case 'update':
      return `to be updated: ${fields === '' ? (reason.text ?? reason.code) : fields}`;
    case 'restart':
      return `to be restarted: ${fields === '' ? (reason.text ?? reason.code) : fields}`;
    case 'repair':
      return reason.code === 'NotReady'
        ? (reason.text ?? 'its gate is not passed yet')
        : `drift: ${reason.text ?? reason.code}; to be started`;
    case 'remove':
      return 'to be removed';
    case 'stop':
      return 'to be stopped';
  }
}

const mostFields = 3;

export function fieldsText(fields: readonly FieldChange[]): string {
  const texts = fields.slice(0, mostFields).map((field) => fieldText(field, '→'));
  const more = fields.length - texts.length;
  return [...texts, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

/** Why it waits, and when it is tried again. */
export function waitText(wait: Wait, now: Instant): string {
  const message = shortReason(wait.message, wait);
  if (wait.until === undefined) return message;
  const inMs = wait.until - now;
  if (wait.code === 'StageNotReady') return `${message}; goes on without it in ${duration(Math.max(0, inMs))}`;
  return inMs <= 0 ? message : `${message}; next try in ${duration(inMs)}`;
}

/** Why something happened, as the registry keeps it (a code of the plan, perhaps with details), in words. */
export function whyText(why: string): string {
  const [, code = '', details = ''] = /^([A-Z][A-Za-z]+)(?:: (.*))?$/s.exec(why) ?? [];
  const said = whyWords[code];
  if (said === undefined) return why;
  if (details === '') return said;
  return code === 'Changed' ? `${said}: ${details}` : details;
}

const whyWords: Readonly<Record<string, string>> = {
  Missing: 'declared, was not there',
  Changed: 'changed',
  Stopped: 'was stopped',
  Exited: 'had ended',
  ProcessGone: 'its process was gone',
  Rebuilt: 'was changed by hand',
  Leftover: 'left over',
  NotReady: 'was not ready yet',
  Replaced: 'another version took its place',
  Undeclared: 'not declared any more',
  Inactive: 'active = false',
  Released: 'not needed any more',
  Requested: 'asked for',
  Unhealthy: 'its probe failed',
  RolledBack: 'its version was rolled back',
} satisfies Readonly<Partial<Record<ReasonCode, string>>>;

/** A reason beside a component's name need not say the name again. */
export function shortReason(reason: string, of: { readonly key: ResourceKey; readonly slot: SlotKey }): string {
  if (!of.key.startsWith('container/')) return reason;
  return reason.replaceAll(`${of.key.slice('container/'.length)} `, '').replaceAll(`${of.slot} was `, '');
}

/** "needs volume//srv/data: …" is better told as the volume's own reason; of another component its name matters. */
export function rootOf(waits: readonly Wait[], wait: Wait): Wait {
  if (wait.code !== 'Reference') return wait;
  return waits.find((other) => other.key === wait.on && other.code !== 'Reference') ?? wait;
}

/** `5 deaths in 10 min` */
export function flappingText({ deaths }: Pick<SlotHistory, 'deaths'>): string {
  return `${deaths.length} ${deaths.length === 1 ? 'death' : 'deaths'} in ${duration(flappingWindowMs)}`;
}
