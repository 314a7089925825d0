import { z } from 'zod';

// What the API answers, as far as it is promised: names and kinds of these fields stay. Documents carry more than that, and may
// grow; they are the commands' own (`-o json`).

const instant = z.number().describe('ms since 1970.');
const text = z.string();
const open = z.looseObject;

export const principal = open({
  issuer: text,
  subject: text,
  kind: z.enum(['person', 'machine']),
  scopes: z.array(text).describe('A role, and service:NAME for each service it is held to.'),
});

const grade = z.enum([
  'well',
  'rolled back',
  'failing',
  'waiting',
  'held',
  'refused',
  'changing',
  'leaving',
  'elsewhere',
]);
const health = z.enum(['healthy', 'starting', 'unhealthy', 'none', 'unknown']);

const jobRun = open({
  trigger: z.enum(['schedule', 'catch-up', 'asked', 'before-start', 'before-update', 'after-update']),
  outcome: z.enum(['running', 'ended', 'failed', 'interrupted', 'replaced']),
  begunAt: instant,
  endedAt: instant.optional(),
  exitCode: z.number().optional(),
});

export const standing = open({
  slot: text,
  name: text,
  service: text,
  kind: z.enum(['container', 'job']),
  stage: text,
  grade,
  state: text,
  health,
  container: text,
  version: text,
  other: open({ version: text, is: z.enum(['bad', 'next']) }).optional(),
  startedAt: instant.optional(),
  job: open({
    nextAt: instant.optional(),
    missedAt: instant.optional(),
    failures: z.number(),
    last: jobRun.optional(),
  }).optional(),
  reachedAs: z.array(text),
  note: text,
});

export const servicesDocument = open({
  node: text,
  fleet: text,
  at: instant,
  commit: text,
  message: text,
  author: text,
  committedAt: instant,
  source: open({ isWell: z.boolean(), text, checkedAt: instant.optional() }),
  rows: z.array(standing),
  besides: z.array(text),
  unmanaged: z.number(),
  next: text,
  exit: z.number(),
});
export const nodeDocument = servicesDocument.extend({ past: open({ from: text, lastPassAt: instant.optional() }) });

const serviceStatus = open({
  service: text,
  node: text,
  at: instant,
  file: text,
  commit: text,
  grade,
  says: text,
  wants: text,
  runs: text,
  because: z.array(text),
  parts: z.array(standing.extend({ probe: text, restarts: z.number(), runs: z.array(jobRun).optional() })),
  routes: z.array(
    open({
      key: text,
      url: text,
      to: z.array(text),
      state: text,
      isWell: z.boolean(),
      certificate: text,
      record: text,
    }),
  ),
  data: z.array(open({ name: text, kind: z.enum(['volume', 'directory']), isThere: z.boolean() })),
  dependsOn: z.array(text),
  neededBy: z.array(text),
  next: z.array(text),
});
const elsewhere = open({ name: text, service: text });
export const serviceDocument = z.union([serviceStatus, elsewhere]);

const field = open({ field: text, from: z.unknown(), to: z.unknown() });
const explanation = open({
  slot: text,
  name: text,
  grade,
  state: text,
  why: text,
  checks: z.array(open({ gate: text, verdict: z.enum(['ok', 'no', 'wait', 'info']), text })),
  fields: z.array(field),
  output: open({ of: text, lines: z.array(text) }),
  next: z.array(text),
});
export const explainDocument = z.union([explanation, z.array(explanation), elsewhere]);

export const planDocument = open({
  version: z.literal(1),
  id: text,
  node: text,
  commit: text,
  lookedAt: instant,
  actions: z.array(
    open({ id: text, key: text, slot: text, verb: text, risk: z.enum(['safe', 'disruptive', 'destructive']) }),
  ),
  held: z.array(
    open({
      id: text,
      code: text,
      message: text,
      services: z.array(text),
      data: z.array(text),
      confirmable: z.boolean(),
    }),
  ),
  waiting: z.array(open({ code: text, key: text, message: text, until: instant.optional() })),
  changes: z.array(
    open({ key: text, kind: text, type: text, fields: z.array(field), downtimeMs: z.number().optional() }),
  ),
  exit: z.number(),
});

export const stateDocument = open({
  version: text,
  pid: z.number(),
  node: text,
  fleet: text,
  startedAt: instant,
  phase: z.enum(['booting', 'idle', 'passing', 'stopping']),
  pass: open({ id: text, since: instant, trigger: text, done: z.number(), of: z.number() }).optional(),
  last: open({
    id: text,
    at: instant,
    tookMs: z.number(),
    outcome: z.enum(['converged', 'pending', 'held', 'failed']),
  }).optional(),
  passes: z.number(),
  source: open({ checkedAt: instant, problem: open({ code: text, message: text }).optional() }),
  overrides: z.array(
    open({ verb: z.enum(['freeze', 'stop']), target: text, by: principal, since: instant, until: instant.optional() }),
  ),
  problems: z.record(text, open({ code: text, message: text })),
  wakeAt: instant.optional(),
  vitals: open({ rss: z.number(), heapUsed: z.number(), cpuMs: z.number() }),
  boot: open({
    bootId: text,
    firstSeenAt: instant,
    convergedAt: instant.optional(),
    stages: z.array(
      open({
        name: text,
        timeoutMs: z.number(),
        onTimeout: z.enum(['continue', 'hold']),
        since: instant.optional(),
        readyAt: instant.optional(),
        lateAt: instant.optional(),
      }),
    ),
    slots: z.array(
      open({
        slot: text,
        stage: text,
        startedAt: instant.optional(),
        readyAt: instant.optional(),
        waitedFor: text,
        waits: z.array(open({ kind: text, on: text, why: text, since: instant, until: instant.optional() })),
      }),
    ),
  }),
});

export const slotHealth = open({
  slot: text,
  key: text,
  state: z.enum([...health.options, 'flapping']),
  since: instant,
  samples: z.array(open({ at: instant, ok: z.boolean(), latencyMs: z.number(), message: text.optional() })),
});

export const healthLine = open({
  slot: text,
  state: text,
  points: z.array(z.number().nullable()).describe('ms, -1: one failed, null: nothing was asked.'),
});

const leaf = open({ fingerprint: text, names: z.array(text), notAfter: instant }).nullable();
export const routesDocument = open({
  version: z.literal(1),
  routes: z.array(
    open({
      key: text,
      listener: z.number(),
      name: text,
      path: text,
      served: z.boolean(),
      state: text,
      isWell: z.boolean(),
    }),
  ),
});
export const certificatesDocument = open({
  version: z.literal(1),
  certificates: z.array(
    open({
      name: text,
      issuer: text,
      configured: leaf,
      served: leaf,
      renewAt: instant.nullable(),
      state: text,
      isWell: z.boolean(),
    }),
  ),
});
export const recordsDocument = open({
  version: z.literal(1),
  names: z.array(open({ name: text, type: text, zone: text, owner: text })),
});
export const historyDocument = z.array(
  open({ at: instant, slot: text, what: text, commit: text, from: text, to: text, why: text, by: principal }),
);
export const eventsDocument = z.array(
  open({ id: z.number(), v: z.number(), event: open({ type: text, at: instant, cycleId: text }) }),
);

/** A message of the live stream. */
export const agentEvent = open({
  seq: z.number(),
  run: text,
  at: instant,
  kind: z.enum(['event', 'health', 'state', 'look', 'lost']),
});
export const logChunk = open({ slot: text, container: text.nullable(), at: text, text });
export const passProgress = open({ kind: z.enum(['note', 'plan', 'event', 'result']) });
export const overrides = z.array(open({ verb: text, target: text, since: instant, until: instant.optional() }));

export const me = open({
  principal,
  role: z.enum(['guest', 'user', 'admin']),
  csrf: text.describe('Sent back as x-reconcile-csrf with what acts.'),
});
export const loginLink = open({ code: text, until: instant, hint: text });
export const token = open({
  id: text,
  kind: z.enum(['token', 'session']),
  name: text,
  principal,
  createdAt: instant,
  createdBy: principal,
  expiresAt: instant,
  revokedAt: instant.optional(),
});
export const madeToken = open({ secret: text.describe('Shown once.'), token });
export const auditDocument = z.array(
  open({
    id: z.number(),
    at: instant,
    by: principal,
    via: text,
    method: text,
    target: text,
    outcome: z.enum(['allowed', 'denied']),
  }),
);
export const problem = open({
  type: text,
  status: z.number(),
  title: text,
  detail: text,
  code: text,
  hint: text.optional(),
});
export const nothing = z.object({});
