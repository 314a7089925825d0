import { chmod, chown, lstat, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { fail } from '../errors.ts';

/** sun_path holds 108 bytes with its end (unix(7)). */
const longestPath = 107;
const answerMs = 1000;

/**
 * Makes place for a socket: its directory is ours and nobody else can put something there; what lies there already is removed
 * only if it is a socket at which nobody answers. @throws RPC_SOCKET
 */
export async function clearSocket(path: string): Promise<void> {
  const refuse = (actual: string, hint: string) =>
    fail('RPC_SOCKET', { message: `listen on ${path}`, key: path, actual, hint });
  if (Buffer.byteLength(path) > longestPath)
    throw refuse(`${Buffer.byteLength(path)} bytes`, `[api] unix: a path of ${longestPath} bytes at most`);
  const dir = dirname(path);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const { mode, uid } = await stat(dir);
  if (uid !== process.getuid?.()) throw refuse(`${dir} belongs to uid ${uid}`, `chown ${process.getuid?.()} ${dir}`);
  if ((mode & 0o022) !== 0) throw refuse(`others may write to ${dir}`, `chmod go-w ${dir}`);
  const there = await lstat(path).catch(() => undefined);
  if (there === undefined) return;
  if (!there.isSocket()) throw refuse('something else lies there', `ls -l ${path}`);
  if (await answers(path)) throw refuse('somebody answers there', `ss -xlp src ${path}`);
  await rm(path, { force: true });
}

/** Does anybody accept connections there? */
export function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    const end = (does: boolean) => {
      socket.destroy();
      resolve(does);
    };
    socket.setTimeout(answerMs, () => end(true));
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}

/** For its owner alone, or a group's members too. @throws RPC_SOCKET */
export async function closeSocket(path: string, group: string): Promise<void> {
  if (group === '') return chmod(path, 0o600);
  const gid = await gidOf(group);
  if (gid === undefined)
    throw fail('RPC_SOCKET', {
      message: `listen on ${path}`,
      wanted: `a group ${group}`,
      actual: 'there is none of that name',
      hint: `groupadd ${group}, or take [api] socket_group out of node.toml`,
    });
  await chown(path, process.getuid?.() ?? 0, gid);
  await chmod(path, 0o660);
}

async function gidOf(group: string): Promise<number | undefined> {
  const text = await readFile('/etc/group', 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const [name, , gid] = line.split(':');
    if (name === group && gid !== undefined) return Number(gid);
  }
  return undefined;
}
