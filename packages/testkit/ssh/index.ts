import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

const root = process.env.RECONCILE_SSH ?? '/nowhere';
const program = `${root}/usr/sbin/sshd`;

/** For the title of a test that cannot run: the reason is printed with it. */
export const sshdLacking = existsSync(program)
  ? undefined
  : 'sshd is not unpacked here ($RECONCILE_SSH); ./dev test has it';

/** A real sshd on loopback, for this user alone, with a key and a host key of its own. */
export interface Sshd {
  /** A configuration for ssh: hosts `near` (this sshd) and `gone` (nobody). */
  readonly config: string;
  /** Directory whose `ssh` goes by that configuration: to be first on a caller's PATH. */
  readonly bin: string;
  close(): Promise<void>;
}

/** `env`: what a session finds, PATH above all. */
export async function startSshd(port: number, env: Readonly<Record<string, string>>): Promise<Sshd> {
  const dir = await mkdtemp(join(tmpdir(), 'sshd-'));
  const at = (name: string) => join(dir, name);
  for (const key of ['host', 'user']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(key)]);
  const libraries = (await readdir(`${root}/usr/lib`)).filter((name) => name.endsWith('-linux-gnu'));
  const set = Object.entries(env).map(([name, value]) => `"${name}=${value}"`);
  await writeFile(
    at('sshd_config'),
    `Port ${port}\nListenAddress 127.0.0.1\nHostKey ${at('host')}\nAuthorizedKeysFile ${at('user.pub')}\nStrictModes no
UsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPidFile none\nSetEnv ${set.join(' ')}\n`,
  );
  const common = `HostName 127.0.0.1\n  User ${userInfo().username}\n  IdentityFile ${at('user')}\n  IdentitiesOnly yes
  UserKnownHostsFile ${at('known')}\n  StrictHostKeyChecking accept-new\n`;
  await writeFile(at('config'), `Host gone\n  Port 1\n  ${common}Host near\n  Port ${port}\n  ${common}`);
  await writeFile(at('ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${at('config')} "$@"\n`, { mode: 0o755 });
  const child: ChildProcess = spawn(program, ['-D', '-e', '-f', at('sshd_config')], {
    env: { LD_LIBRARY_PATH: libraries.map((name) => `${root}/usr/lib/${name}`).join(':') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr?.on('data', (text: Buffer) => {
    said += text.toString();
  });
  const until = Date.now() + 10_000;
  while (!(await answers(port))) {
    if (child.exitCode !== null || Date.now() > until) throw new Error(`sshd does not answer\n${said}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    config: at('config'),
    bin: dir,
    close: async () => {
      child.kill('SIGTERM');
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (does: boolean) => {
      socket.destroy();
      resolve(does);
    };
    socket.once('data', () => end(true)).once('error', () => end(false));
  });
}
