import { digest } from '@reconcile/core';
import { fail } from '../errors.ts';
import { plainPath } from '../record/names.ts';
import type { HaproxyTable } from '../table/table.ts';

export interface HaproxySettings {
  readonly binary: string;
  readonly dir: string;
  readonly runDir: string;
  readonly hardStopAfterS: number;
  readonly maxconn: number | undefined;
  readonly configFile: string;
  /** The next configuration while HAProxy checks it. */
  readonly candidateFile: string;
  /** What we put there and why: recorded specs, targets, backends. */
  readonly manifestFile: string;
  /** Written by HAProxy itself before it serves, so that no crash of ours can leave it unknown. */
  readonly pidFile: string;
  readonly masterSocket: string;
  readonly statsSocket: string;
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

/**
 * Two configurations of one user must not share a proxy, so the default runtime directory carries a digest of `dir`.
 * @param places `stateDir`: of this node (`state_dir`); `runtimeDir`: of the user (`host.home.runtimeDir`);
 *   `answersChallenges`: certificates are ordered here, so their issuer's questions go to whoever orders.
 * @throws HAPROXY_SETTINGS
 */
export function haproxySettings(
  table: HaproxyTable,
  places: { readonly stateDir: string; readonly runtimeDir: string; readonly answersChallenges?: boolean },
): HaproxySettings {
  const dir = table.dir ?? `${places.stateDir}/haproxy`;
  const runDir = table.run_dir ?? `${places.runtimeDir}/reconcile/haproxy-${digest(dir).slice(0, 8)}`;
  if (runDir.length + longestSocketName > longestSocketPath) {
    throw fail('HAPROXY_SETTINGS', {
      message: `use ${runDir} for sockets`,
      wanted: `at most ${longestSocketPath - longestSocketName} characters`,
      actual: `${runDir.length}`,
      hint: 'set run_dir in [drivers.haproxy]',
    });
  }
  for (const path of [dir, runDir]) {
    if (!plainPath.test(path)) {
      throw fail('HAPROXY_SETTINGS', {
        message: `use ${JSON.stringify(path)} for HAProxy`,
        wanted: 'a path of letters, digits and ._-@+/',
        hint: 'set dir and run_dir in [drivers.haproxy]',
      });
    }
  }
  return {
    binary: table.binary,
    dir,
    runDir,
    hardStopAfterS: Number.parseInt(table.hard_stop_after, 10),
    maxconn: table.maxconn,
    configFile: `${dir}/haproxy.cfg`,
    candidateFile: `${dir}/candidate.cfg`,
    manifestFile: `${dir}/manifest.json`,
    pidFile: `${dir}/haproxy.pid`,
    masterSocket: `${runDir}/master.sock`,
    statsSocket: `${runDir}/stats.sock`,
    stateDir: places.stateDir,
    certificatesDir: `${places.stateDir}/certificates`,
    backendCa: table.backend_ca ?? '@system-ca',
    challengeSocket: places.answersChallenges === true ? `${runDir}/acme.sock` : undefined,
  };
}
