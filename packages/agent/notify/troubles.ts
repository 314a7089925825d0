import type { BootReport, Hold } from '@reconcile/core';
import type { Standing } from '@reconcile/core/render';
import type { Loaded } from '../desired/model.ts';
import type { Finding } from '../doctor/finding.ts';
import type { Seen } from '../look/look.ts';
import { runtimeConditions } from '../recover/conditions.ts';
import type { LastPass, Problem } from '../service/state.ts';
import { certificateAlarms, clockKey } from '../standing/certificates.ts';
import { nodeStanding } from '../standing/node.ts';
import { type Scene, sceneOf } from '../standing/scene.ts';
import type { Trouble } from './model.ts';

/** A source may be away for so long before anybody has to know, ms (product.md 4). */
const sourceSettleMs = 900_000;
/** What a restart heals at once is no incident, ms. */
const failingSettleMs = 15_000;
/** A pass that could not be made is tried again after seconds, ms. */
const passSettleMs = 60_000;

/** What is known after a pass. */
export interface Known {
  /** undefined: nothing was seen yet. */
  readonly look: { readonly seen: Seen; readonly loaded: Loaded } | undefined;
  readonly last: LastPass | undefined;
  readonly problems: ReadonlyMap<string, Problem>;
  readonly boot: BootReport | undefined;
  /** Of the doctor, about room on disks. */
  readonly space: readonly Finding[];
}

/** Everything that somebody should know of, in one look. Pure. */
export function troublesOf({ boot, last, look, problems, space }: Known): Trouble[] {
  const scene = look === undefined ? undefined : sceneOf(look.seen);
  return [
    ...(scene === undefined ? [] : [...slotTroubles(scene), ...holdTroubles(scene), ...certificateTroubles(scene)]),
    ...(look === undefined ? [] : conditionTroubles(look.seen)),
    ...sourceTroubles(look?.loaded, problems.get('fetch')),
    ...passTroubles(last),
    ...(boot?.stages ?? []).flatMap(({ lateAt, name, onTimeout, readyAt }): Trouble[] =>
      lateAt === undefined || readyAt !== undefined
        ? []
        : [
            {
              subject: `stage/${name}`,
              kind: 'stage',
              step: 'late',
              title: `stage ${name} is late`,
              cause: 'not everything of it is ready in the time it has',
              serves: onTimeout === 'continue' ? 'later stages go on without it' : 'later stages wait for it',
              next: 'reconcile status --boot',
              settleMs: 0,
            },
          ],
    ),
    ...space.map(
      ({ actual, code, fix, what }): Trouble => ({
        subject: `disk/${code}/${what}`,
        kind: 'disk',
        step: code,
        title: `${what} is nearly full`,
        cause: actual,
        serves: '',
        next: fix,
        settleMs: 0,
      }),
    ),
  ];
}

const noOrigin = { message: '', author: '', committedAt: 0, source: { isWell: true, text: '' } } as const;

function slotTroubles(scene: Scene): Trouble[] {
  return nodeStanding(scene, noOrigin, 'local').rows.flatMap((row): Trouble[] => {
    const found = gradeWords(row);
    if (found === undefined) return [];
    const { step, title } = found;
    return [
      {
        subject: row.slot,
        kind: row.kind === 'job' ? 'job' : 'service',
        step,
        title,
        cause: row.note,
        serves: row.kind === 'job' ? '' : servesText(row),
        next: `reconcile explain ${row.name}`,
        settleMs: step === 'failing' && row.kind === 'container' ? failingSettleMs : 0,
      },
    ];
  });
}

function gradeWords({ grade, kind, name, state }: Standing): { step: string; title: string } | undefined {
  if (state === 'flapping') return { step: 'flapping', title: `${name} keeps dying` };
  switch (grade) {
    case 'failing':
      return { step: grade, title: kind === 'job' ? `job ${name} failed` : `${name} is failing` };
    case 'rolled back':
      return { step: grade, title: `${name} was rolled back` };
    case 'refused':
      return { step: grade, title: `${name} is refused` };
    // Told by its hold, which may be about more than this one.
    case 'held':
    case 'waiting':
    case 'changing':
    case 'leaving':
    case 'elsewhere':
    case 'well':
      return undefined;
  }
}

function servesText({ startedAt, version }: Standing): string {
  return startedAt === undefined ? 'nothing serves' : `${version === '' ? 'what ran' : version} runs`;
}

/** What somebody just asked for themselves is no news to them. */
const ownHolds: ReadonlySet<Hold['code']> = new Set(['Frozen', 'StoppedHere', 'Unconfirmed']);

function holdTroubles({ plan }: Scene): Trouble[] {
  return plan.held.flatMap((hold): Trouble[] => {
    const { code, confirmable, id, message, services } = hold;
    // A known bad version is told by its slot.
    if (code === 'KnownBad' || ownHolds.has(code)) return [];
    const about = services.length === 0 ? 'the node' : services.join(', ');
    return [
      {
        subject: `hold/${id}`,
        kind: 'hold',
        step: code,
        title: `a change of ${about} is held: ${id}`,
        cause: message,
        serves: 'what runs goes on',
        next: confirmable
          ? `reconcile plan, then: reconcile apply --confirm ${id}`
          : `reconcile explain ${services[0] ?? ''}`.trimEnd(),
        settleMs: 0,
      },
    ];
  });
}

function certificateTroubles(scene: Scene): Trouble[] {
  return certificateAlarms(scene).map(({ days, key, text }) => ({
    subject: key,
    step: String(days),
    cause: text,
    ...(key === clockKey
      ? { kind: 'node', title: 'the clock is not believed', serves: 'what runs goes on', next: 'timedatectl' }
      : {
          kind: 'certificate',
          title: `${key.replace('/', ' ')} ${days === 0 ? 'has ended' : `ends within ${days} days`}`,
          serves: '',
          next: 'reconcile cert list',
        }),
    settleMs: 0,
  }));
}

function conditionTroubles({ ledger, observed }: Seen): Trouble[] {
  return runtimeConditions({ ledger, observed }).map(({ fix, message, reason, type }) => ({
    subject: `node/${type}`,
    kind: 'node',
    step: reason,
    title: type,
    cause: message,
    serves: '',
    next: fix,
    settleMs: 0,
  }));
}

function sourceTroubles(loaded: Loaded | undefined, fetch: Problem | undefined): Trouble[] {
  const trouble = loaded?.trouble ?? fetch;
  if (trouble === undefined) return [];
  const { code, hint, message } = trouble;
  return [
    {
      subject: 'source',
      kind: 'source',
      step: 'source',
      title: 'the newest definitions cannot be taken',
      cause: `${code}: ${message}`,
      serves: 'the last good commit',
      next: hint ?? 'reconcile status',
      settleMs: sourceSettleMs,
    },
  ];
}

function passTroubles(last: LastPass | undefined): Trouble[] {
  if (last?.outcome !== 'failed') return [];
  const { hint = 'reconcile doctor', message = '' } = last.problem ?? {};
  return [
    {
      subject: 'node/pass',
      kind: 'node',
      step: 'pass',
      title: 'no pass can be made',
      cause: message,
      serves: 'what runs goes on',
      next: hint,
      settleMs: passSettleMs,
    },
  ];
}
