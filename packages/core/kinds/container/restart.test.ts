import { expect, test } from 'vitest';
import type { SlotHistory } from '../../model/history.ts';
import { isStoppedByUs, restartDecision } from './restart.ts';
import type { ContainerState, RestartPolicy } from './spec.ts';

// When a container that ended is started again: moments in seconds, one minute after its first start.

const s = 1000;

function state(startedAt: number, exitedAt: number, exitCode = 1): ContainerState {
  return { phase: 'exited', startedAt: startedAt * s, exitedAt: exitedAt * s, exitCode } as ContainerState;
}

function history(of: { deaths?: readonly number[]; stoppedAt?: number }): SlotHistory {
  const { deaths = [], stoppedAt } = of;
  return {
    readySinceBoot: true,
    knownBad: [],
    reverts: [],
    deaths: deaths.map((at) => at * s),
    ...(stoppedAt === undefined ? {} : { stoppedAt: stoppedAt * s }),
  };
}

const now = 1000;

test.each<[string, RestartPolicy, ContainerState, SlotHistory, string]>([
  ['its first death', 'always', state(900, 999), history({}), 'start'],
  ['its second: a second after it', 'always', state(900, 999.5), history({ deaths: [950] }), 'wait until 1000.5'],
  ['its fifth: a minute', 'always', state(900, 999), history({ deaths: [910, 920, 930, 940] }), 'wait until 1059'],
  ['ended well, on-failure', 'on-failure', state(900, 999, 0), history({}), 'leave'],
  ['never', 'no', state(900, 999), history({}), 'leave'],
  ['we stopped it: no pause', 'always', state(900, 999), history({ deaths: [950, 960], stoppedAt: 999 }), 'start'],
  ['we stopped it: no policy', 'no', state(900, 999, 0), history({ stoppedAt: 999.4 }), 'start'],
  ['we stopped a run before this one', 'no', state(900, 999), history({ stoppedAt: 850 }), 'leave'],
  [
    'it died after our stop of a run before',
    'always',
    state(980, 999.5),
    history({ deaths: [950], stoppedAt: 970 }),
    'wait until 1000.5',
  ],
])('%s', (_name, policy, ended, known, wanted) => {
  const decision = restartDecision(policy, ended, known, now * s);
  expect(decision.do === 'wait' ? `wait until ${decision.until / s}` : decision.do).toBe(wanted);
});

test('an end before our stop was recorded is ours; one of a later run is not', () => {
  expect(isStoppedByUs(state(900, 999), history({ stoppedAt: 999 }))).toBe(true);
  expect(isStoppedByUs(state(999, 1000), history({ stoppedAt: 998 }))).toBe(false);
  expect(isStoppedByUs(state(900, 999), undefined)).toBe(false);
});
