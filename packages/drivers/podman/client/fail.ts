import { errorFactory, type FleetErrorInit } from '@reconcile/core';
import { driverErrors } from '../../errors.ts';

export const fail = errorFactory(driverErrors);

export type DriverErrorCode = keyof typeof driverErrors;

/**
 * podman's words → our codes, most telling first. Texts from podman 4.3.1 and 5.4.2; exit codes do
 * not tell these cases apart (drivers.md B.2). Nothing else in the code looks at a message.
 */
const words: readonly (readonly [RegExp, DriverErrorCode])[] = [
  [/boot ID differs/i, 'PODMAN_REBOOT'],
  // Before "mismatch", which the same sentence ends with: a service whose database was taken away below it (4.3.1).
  [/bucket not found in DB/i, 'PODMAN_STALE'],
  [/database configuration mismatch|creating events dirs/i, 'PODMAN_DATABASE'],
  [
    /file size too small|database disk image is malformed|file is not a database|invalid database|(?:containers|layers|images)\.json.{0,200}(?:unexpected end of JSON|invalid character)|unexpected end of JSON input/i,
    'PODMAN_DAMAGED',
  ],
  [/no space left on device|disk quota exceeded/i, 'PODMAN_NO_SPACE'],
  [
    /name.{0,200}(is )?already in use|name in use|volume already exists|network already exists|volume with name .{0,200} already exists/i,
    'PODMAN_NAME_IN_USE',
  ],
  [/address already in use|port is already allocated|conflict with ID/i, 'PODMAN_PORT_IN_USE'],
  [
    /cannot expose privileged port|ip_unprivileged_port_start|cannot assign requested address|bind: permission denied/i,
    'PODMAN_PORT_REFUSED',
  ],
  [/image not known|no such image|image .{0,200} not found/i, 'PODMAN_NO_IMAGE'],
  [
    /command that was not found|executable file not found|exec format error|permission denied: OCI/i,
    'PODMAN_NO_COMMAND',
  ],
  [/no secret with name|no such secret/i, 'PODMAN_NO_SECRET'],
  [/network not found|unable to find network/i, 'PODMAN_NO_NETWORK'],
  [
    /no container with name or ID|no such container|container not known|no such volume|no such object|no pod or container/i,
    'PODMAN_NO_SUCH',
  ],
  [/is being used|has associated containers|image is in use|device or resource busy/i, 'PODMAN_IN_USE'],
  [
    /container state improper|can only kill running|must be in Created or Stopped|timed out waiting for file|conmon exited prematurely/i,
    'PODMAN_STATE',
  ],
  [/statfs [^:]*: no such file or directory|lstat [^:]*: no such file or directory/i, 'PODMAN_NO_SOURCE'],
  [/acquiring lock|lock held|database is locked|allocating lock/i, 'PODMAN_LOCKS'],
];

/** Which error a failed call is, by what podman said. */
export function errorCodeOf(said: string): DriverErrorCode {
  return words.find(([pattern]) => pattern.test(said))?.[1] ?? 'PODMAN_FAILED';
}

const hints: Partial<Record<DriverErrorCode, string>> = {
  PODMAN_PORT_IN_USE: 'find the holder: ss -ltnup',
  PODMAN_PORT_REFUSED: 'see: sysctl net.ipv4.ip_unprivileged_port_start, and that the address is on this machine',
  PODMAN_DATABASE: 'podman info; run as the user, with the HOME and storage, that this node began with',
  PODMAN_DAMAGED: 'reconcile recover: it says what is damaged and moves it aside, never away',
  PODMAN_REBOOT: 'podman info names the directories to remove',
  PODMAN_LOCKS: 'see who works on them: ps -fC podman',
  PODMAN_NO_SPACE: 'podman system df',
};

/** A failed call as an error: our operation in the message, podman's last words as the cause. */
export function podmanFailure(what: string, said: string, fallback: DriverErrorCode = 'PODMAN_FAILED'): Error {
  const found = errorCodeOf(said);
  const code = found === 'PODMAN_FAILED' ? fallback : found;
  const hint = hints[code];
  const init: FleetErrorInit = {
    message: what,
    cause: new Error(lastWords(said)),
    ...(hint === undefined ? {} : { hint }),
  };
  return fail(code, init);
}

/** What went wrong, out of noise that also comes with success (drivers.md B.2): all of `Error: …` when there is one; bounded. */
export function lastWords(said: string): string {
  const lines = said
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const at = lines.findLastIndex((line) => line.startsWith('Error: '));
  const words = at < 0 ? (lines.at(-1) ?? 'podman said nothing') : lines.slice(at).join(' ');
  return words.replace(/^Error: /, '').slice(0, 600);
}

/** The deadline passed: what podman did or has is unknown. */
export function hung(what: string, actual: string, cause: unknown): Error {
  return fail('PODMAN_HUNG', {
    message: what,
    actual,
    hint: 'does podman ps answer? if not, who holds it: ps -fC podman',
    cause,
  });
}

const garbledHint = 'see what it says: podman ps --all --external --format=json';

/** `text`: what came instead, when there is one; its beginning is shown. */
export function garbled(where: string, wanted: string, text?: string): Error {
  const actual = text === undefined ? undefined : text.trim() === '' ? 'nothing' : JSON.stringify(text.slice(0, 60));
  return fail('PODMAN_GARBLED', {
    message: `read ${where}`,
    wanted,
    hint: garbledHint,
    ...(actual === undefined ? {} : { actual }),
  });
}

export function tooMuch(what: string, cause: unknown): Error {
  const wanted = 'an answer of sane size';
  return fail('PODMAN_GARBLED', { message: what, wanted, actual: 'one without end', hint: garbledHint, cause });
}
