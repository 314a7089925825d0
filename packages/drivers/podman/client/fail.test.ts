import { errorText, isFleetError } from '@reconcile/core';
import { expect, test } from 'vitest';
import { errorCodeOf, lastWords, podmanFailure } from './fail.ts';
import { parseJson } from './shape.ts';

// Texts of podman 4.3.1 and 5.4.2, as they printed them.
test.each([
  [
    'creating container storage: the container name "c1" is already in use by eca6. You have to remove that container to be able to reuse that name: that name is already in use',
    'PODMAN_NAME_IN_USE',
  ],
  ['network name n1 already used: network already exists', 'PODMAN_NAME_IN_USE'],
  ['volume with name v1 already exists: volume already exists', 'PODMAN_NAME_IN_USE'],
  ['s1: secret name in use', 'PODMAN_NAME_IN_USE'],
  ['localhost/nope:1: image not known', 'PODMAN_NO_IMAGE'],
  [
    'unable to start container "3180": rootlessport listen tcp 127.0.0.1:15000: bind: address already in use',
    'PODMAN_PORT_IN_USE',
  ],
  [
    "rootlessport cannot expose privileged port 80, you can add 'net.ipv4.ip_unprivileged_port_start=80' to /etc/sysctl.conf (currently 1024), or choose a larger port number (>= 1024): listen tcp 0.0.0.0:80: bind: permission denied",
    'PODMAN_PORT_REFUSED',
  ],
  ['rootlessport listen tcp 192.0.2.9:80: bind: cannot assign requested address', 'PODMAN_PORT_REFUSED'],
  [
    'runc: runc create failed: unable to start container process: exec: "/nope": stat /nope: no such file or directory: OCI runtime attempted to invoke a command that was not found',
    'PODMAN_NO_COMMAND',
  ],
  ['no container with name or ID "nope" found: no such container', 'PODMAN_NO_SUCH'],
  ['can only kill running containers. 64dd is in state created: container state improper', 'PODMAN_STATE'],
  ['container 372b conmon exited prematurely, exit code could not be retrieved: internal libpod error', 'PODMAN_STATE'],
  [
    'unable to start container "83a2": pasta failed with exit code 1: Failed to bind port 22054 (Address already in use) for option \'-t 127.0.0.1/22054-22054:8080-8080\'',
    'PODMAN_PORT_IN_USE',
  ],
  ['timed out waiting for file /run/user/1001/libpod/tmp/exits/3649: internal libpod error', 'PODMAN_STATE'],
  ['unable to find network with name or ID nonet: network not found', 'PODMAN_NO_NETWORK'],
  ['no secret with name or id "nosec": no such secret', 'PODMAN_NO_SECRET'],
  ['statfs /nope: no such file or directory', 'PODMAN_NO_SOURCE'],
  [
    '"n1" has associated containers with it. Use -f to forcibly delete containers and pods: network is being used',
    'PODMAN_IN_USE',
  ],
  [
    'removing storage for container "34d1": 1 error occurred: * unlinkat /x/userdata/shm: device or resource busy',
    'PODMAN_IN_USE',
  ],
  ['file size too small', 'PODMAN_DAMAGED'],
  ['all containers bucket not found in DB: database configuration mismatch', 'PODMAN_STALE'],
  ['determining buildah container for container 9578: container not known', 'PODMAN_NO_SUCH'],
  [
    'database storage temporary directory (runroot) "OLD" does not match our storage temporary directory (runroot) "NEW": database configuration mismatch',
    'PODMAN_DATABASE',
  ],
  ['creating events dirs: mkdir /run/user/995/libpod: permission denied', 'PODMAN_DATABASE'],
  ['current system boot ID differs from cached boot ID; an unhandled reboot has occurred', 'PODMAN_REBOOT'],
  ['write /x: no space left on device', 'PODMAN_NO_SPACE'],
  ['unknown flag: --badflag', 'PODMAN_FAILED'],
] as const)('%s', (said, code) => {
  expect(errorCodeOf(said)).toBe(code);
});

test('the words kept are those of the error, not of the noise before it', () => {
  const said =
    'time="x" level=warning msg="\\"/\\" is not a shared mount"\nError: 1 error occurred:\n\t* unlinkat /x: busy\n\n';
  expect(lastWords(said)).toBe('1 error occurred: * unlinkat /x: busy');
  expect(lastWords('only noise\nlast')).toBe('last');
  expect(lastWords('')).toBe('podman said nothing');
  expect(lastWords('x'.repeat(2000))).toHaveLength(600);
});

test('a failure tells our operation, and podman in its cause; a fallback code is for what is not recognised', () => {
  const known = podmanFailure('start container web', 'Error: bind: address already in use', 'PODMAN_PULL_FAILED');
  expect(isFleetError(known) && known.code).toBe('PODMAN_PORT_IN_USE');
  expect(errorText(known)).toBe('start container web: bind: address already in use');
  const unknown = podmanFailure('pull image x', 'Error: connection refused', 'PODMAN_PULL_FAILED');
  expect(isFleetError(unknown) && unknown.code).toBe('PODMAN_PULL_FAILED');
});

test.each([
  ['noise', 'WARN[0000] \u001b[31mhello\n', 'read ps: wanted JSON, found "WARN[0000] \\u001b[31mhello\\n"'],
  ['nothing', ' \n', 'read ps: wanted JSON, found nothing'],
  ['a cut answer', '[{"Id":', 'read ps: wanted JSON, found "[{\\"Id\\":"'],
])('what is not JSON is shown by its beginning, on one line: %s', (_, said, text) => {
  expect(() => parseJson(said, 'ps')).toThrow(expect.objectContaining({ code: 'PODMAN_GARBLED' }));
  try {
    parseJson(said, 'ps');
  } catch (error) {
    expect(errorText(error)).toBe(text);
  }
});
