import { digest } from '@reconcile/core';
import { fail } from '../errors.ts';
import { plainBind, plainPath } from '../record/names.ts';
import type { HaproxyTable } from '../table/table.ts';

export interface HaproxySettings {
  /** Ours to start and stop. false: somebody else's, which loads our part beside its own. */
  readonly isManaged: boolean;
  readonly binary: string;
  readonly dir: string;
  /** Of our own HAProxy only: its sockets. */
  readonly runDir: string;
  readonly hardStopAfterS: number;
  readonly maxconn: number | undefined;
  /** `address:port` where it tells its numbers; undefined: nowhere. */
  readonly metrics: string | undefined;
  readonly configFile: string;
  /** What an existing HAProxy is told to load (`-f`); ours alone has no other file than `configFile`. */
  readonly configDir: string;
  /** The next configuration while HAProxy checks it. */
  readonly candidateFile: string;
  /** What we put there and why: recorded specs, targets, backends. */
  readonly manifestFile: string;
  /** Written by HAProxy itself before it serves, so that no crash of ours can leave it unknown. */
  readonly pidFile: string;
  readonly masterSocket: string;
  readonly statsSocket: string;
  /** In front of a map's, list's or certificate's name when HAProxy is spoken to; '' where they are named by file alone. */
  readonly prefix: string;
  /** In front of the name of a socket between our own sections. */
  readonly loops: string;
  /** Of this node; roots of other nodes lie below it. */
  readonly stateDir: string;
  /** The node's store of certificates, one file per name. */
  readonly certificatesDir: string;
  /** Who is believed of programs whose certificate is verified (`backend_tls`): a file, or the system's own. */
  readonly backendCa: string;
  /** Where the answers to an issuer's questions come from; undefined: nobody asks. */
  readonly challengeSocket: string | undefined;
}

/** HAProxy binds `<path>.<pid>.tmp` first and renames it; sun_path holds 108 bytes with its end (unix(7)). */
const longestSocketPath = 107 - '.4194304.tmp'.length;
const longestSocketName = '/l65535.sock'.length;

interface Places {
  /** Of this node (`state_dir`). */
  readonly stateDir: string;
  /** Of the user (`host.home.runtimeDir`). */
  readonly runtimeDir: string;
  /** Certificates are ordered here, so their issuer's questions go to whoever orders. */
  readonly answersChallenges?: boolean;
}

/**
 * Two configurations of one user must not share a proxy, so the default runtime directory carries a digest of `dir`.
 * @throws HAPROXY_SETTINGS
 */
export function haproxySettings(table: HaproxyTable, places: Places): HaproxySettings {
  const dir = table.dir ?? `${places.stateDir}/haproxy`;
  const runDir = table.run_dir ?? `${places.runtimeDir}/reconcile/haproxy-${digest(dir).slice(0, 8)}`;
  checkPlaces(table.managed ? [dir, runDir] : [dir]);
  if (table.managed) checkLength(runDir);
  return {
    isManaged: table.managed,
    binary: table.binary,
    dir,
    runDir,
    hardStopAfterS: Number.parseInt(table.hard_stop_after ?? '45s', 10),
    maxconn: table.maxconn,
    metrics: table.metrics === undefined ? undefined : plainBind(table.metrics.bind),
    manifestFile: `${dir}/manifest.json`,
    candidateFile: `${dir}/candidate.cfg`,
    pidFile: `${dir}/haproxy.pid`,
    stateDir: places.stateDir,
    certificatesDir: `${places.stateDir}/certificates`,
    backendCa: table.backend_ca ?? '@system-ca',
    ...(table.managed ? own({ dir, runDir }, places) : theirs(dir, table)),
  };
}

type Differing = Pick<
  HaproxySettings,
  'configFile' | 'configDir' | 'masterSocket' | 'statsSocket' | 'prefix' | 'loops' | 'challengeSocket'
>;

function own({ dir, runDir }: { readonly dir: string; readonly runDir: string }, places: Places): Differing {
  return {
    configFile: `${dir}/haproxy.cfg`,
    configDir: dir,
    masterSocket: `${runDir}/master.sock`,
    statsSocket: `${runDir}/stats.sock`,
    prefix: '',
    loops: `${runDir}/`,
    challengeSocket: places.answersChallenges === true ? `${runDir}/acme.sock` : undefined,
  };
}

/**
 * It may have changed its root directory and its user, so no path leads from one of its sections to another: abstract sockets
 * do. For the same reason nobody outside can be reached by a path.
 */
function theirs(dir: string, { master_socket = '', stats_socket = '' }: HaproxyTable): Differing {
  return {
    configFile: `${dir}/conf.d/reconcile.cfg`,
    configDir: `${dir}/conf.d`,
    masterSocket: master_socket,
    statsSocket: stats_socket,
    prefix: `${dir}/`,
    loops: `abns@reconcile-${digest(dir).slice(0, 8)}-`,
    challengeSocket: undefined,
  };
}

function checkLength(runDir: string): void {
  if (runDir.length + longestSocketName <= longestSocketPath) return;
  throw fail('HAPROXY_SETTINGS', {
    message: `use ${runDir} for sockets`,
    wanted: `at most ${longestSocketPath - longestSocketName} characters`,
    actual: `${runDir.length}`,
    hint: 'set run_dir in [drivers.haproxy]',
  });
}

function checkPlaces(paths: readonly string[]): void {
  for (const path of paths) {
    if (plainPath.test(path)) continue;
    throw fail('HAPROXY_SETTINGS', {
      message: `use ${JSON.stringify(path)} for HAProxy`,
      wanted: 'a path of letters, digits and ._-@+/',
      hint: 'set dir and run_dir in [drivers.haproxy]',
    });
  }
}
