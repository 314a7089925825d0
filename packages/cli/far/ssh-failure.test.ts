import { expect, test } from 'vitest';
import { sshFailure } from './ssh-failure.ts';

// What OpenSSH 9.2, dash, bash and our own command line print.
test.each<[number, string, string, string]>([
  [255, 'Host key verification failed.\n', 'FAR_HOST_KEY', 'ssh ops@rift'],
  [
    255,
    '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\nHost key verification failed.\r\n',
    'FAR_HOST_KEY',
    'ssh-keygen -R',
  ],
  [255, 'ops@rift: Permission denied (publickey).\n', 'FAR_DENIED', 'ssh-copy-id'],
  [255, 'Received disconnect: 2: Too many authentication failures\n', 'FAR_DENIED', 'ssh-add'],
  [255, 'ssh: connect to host rift port 22: Connection refused\n', 'FAR_UNREACHED', '--version'],
  [255, 'ssh: Could not resolve hostname rift: Name or service not known\n', 'FAR_UNREACHED', '--version'],
  [255, '', 'FAR_UNREACHED', '--version'],
  [127, 'sh: 1: reconcile: not found\n', 'FAR_NO_PROGRAM', 'command -v reconcile'],
  [126, 'bash: reconcile: Permission denied\n', 'FAR_NO_PROGRAM', 'command -v reconcile'],
  [64, 'error: reconcile: there is no command "stdio"\n', 'FAR_SKEW', 'update it there'],
  [1, 'error: reach the agent of rift [AGENT_AWAY]\n  next    reconcile agent\n', 'FAR_NO_AGENT', 'reconcile install'],
  [1, 'error: find node.toml [CONFIG_NONE]\n', 'FAR_UNREACHED', 'reconcile doctor'],
])('%i %j: %s', (exitCode, said, code, hint) => {
  expect(sshFailure({ node: 'rift', to: 'ops@rift' }, exitCode, said)).toMatchObject({
    code,
    message: expect.stringContaining('rift'),
    hint: expect.stringContaining(hint),
  });
});

test('the last words are its own', () => {
  const error = sshFailure({ node: 'rift', to: 'rift' }, 255, 'debug\nssh: no route\n\n');
  expect(error).toMatchObject({ actual: 'ssh: no route' });
});
