import type { Role } from './role.ts';

/** What the rule of one method says. Whatever has no rule is denied. */
export interface Rule {
  /** `anyone`: without proof of who it is. */
  readonly least: Role | 'anyone';
  /** `service`: about one service, and open to principals held to it. `self`: about the caller. `node`: everything else. */
  readonly reach: 'service' | 'self' | 'node';
  /** Changes something: written to the audit, and from a browser only with proof that the page is ours. */
  readonly acts: boolean;
  readonly says: string;
}

const look = { least: 'guest', reach: 'node', acts: false } as const;
const lookAtOne = { least: 'guest', reach: 'service', acts: false } as const;
const operate = { least: 'user', reach: 'service', acts: true } as const;
const administer = { least: 'admin', reach: 'node', acts: true } as const;

/** Who may do what, whatever carries the question: the one table, compared with every HTTP route and RPC by a test. */
export const accessTable = {
  alive: { least: 'anyone', reach: 'node', acts: false, says: 'Whether the agent answers.' },
  ready: { least: 'anyone', reach: 'node', acts: false, says: 'Whether its first pass has ended.' },
  describe: { least: 'anyone', reach: 'node', acts: false, says: 'The description of this API.' },
  page: {
    least: 'anyone',
    reach: 'node',
    acts: false,
    says: 'The dashboard itself, which shows nothing without a login.',
  },
  login: { least: 'anyone', reach: 'self', acts: true, says: 'A one-time code becomes a session.' },
  hook: { least: 'anyone', reach: 'node', acts: false, says: 'A signed hint that the source may have moved.' },
  me: { least: 'guest', reach: 'self', acts: false, says: 'Who the caller is, and what they may.' },
  logout: { least: 'guest', reach: 'self', acts: true, says: 'Ends the session.' },

  metrics: { ...look, says: 'Figures for Prometheus.' },
  state: { ...look, says: 'The agent itself: phase, passes, source, overrides, vitals, boot.' },
  node: { ...look, says: 'The node and everything on it.' },
  services: { ...look, says: 'One row a component.' },
  plan: { ...look, says: 'What a pass would do, hold back or wait for.' },
  routes: { ...look, says: 'Routes: declared, configured, served.' },
  certificates: { ...look, says: 'Certificates: declared, kept, served.' },
  records: { ...look, says: 'Names: declared, in the zone, answered.' },
  historyOfAll: { ...look, says: 'What happened to services, newest first.' },
  eventsOfAll: { ...look, says: 'What the node did.' },
  healthOfAll: { ...look, says: 'How every probe went.' },
  watch: { ...look, says: 'What happens, as it happens.' },

  service: { ...lookAtOne, says: 'One service from all sides.' },
  explain: { ...lookAtOne, says: 'Why it is as it is, gate by gate, field by field.' },
  history: { ...lookAtOne, says: 'What happened to it.' },
  events: { ...lookAtOne, says: 'What the node did for it.' },
  health: { ...lookAtOne, says: 'How its probes went in the last hour.' },
  logs: { least: 'user', reach: 'service', acts: false, says: 'What its programs print.' },

  restart: { ...operate, says: 'Starts its containers anew.' },
  retry: { ...operate, says: 'Forgets what was held against it.' },
  run: { ...operate, says: 'Runs one of its jobs.' },
  stop: { ...operate, says: 'Stops it on this node alone.' },
  start: { ...operate, says: 'Ends a stop on this node alone.' },
  freeze: { ...operate, says: 'Holds changes of it back.' },
  thaw: { ...operate, says: 'Ends a freeze.' },

  freezeAll: { ...administer, says: 'Holds every change of the node back, or ends that.' },
  apply: { ...administer, says: 'One pass, and the release of holds.' },
  exec: { ...administer, says: 'Runs a program inside a container.' },
  reload: { ...administer, says: 'Reads node.toml again.' },
  loginLink: { ...administer, says: 'A code that opens the dashboard once.' },
  tokenCreate: { ...administer, says: 'A new token; it is shown once.' },
  tokenRevoke: { ...administer, says: 'Ends a token or a session.' },
  tokens: { least: 'admin', reach: 'node', acts: false, says: 'Tokens and sessions; never what opens them.' },
  audit: { least: 'admin', reach: 'node', acts: false, says: 'Who did what.' },
} as const satisfies Readonly<Record<string, Rule>>;

export type Method = keyof typeof accessTable;

/** The rule of a method that may come from outside; undefined: denied. */
export function ruleOf(method: string): Rule | undefined {
  return Object.hasOwn(accessTable, method) ? accessTable[method as Method] : undefined;
}
