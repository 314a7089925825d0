import { readdir, readFile, readlink } from 'node:fs/promises';
import { podman } from '@reconcile/testkit/podman';

/** One life of a container, and where what it needs beside its process is found. */
export interface Life {
  readonly id: string;
  readonly pid: number;
  readonly netns: string;
  readonly sandbox: string;
}

export async function lifeOf(container: string): Promise<Life> {
  const format = '{{.Id}} {{.State.Pid}} {{.NetworkSettings.SandboxKey}}';
  const { stdout } = await podman(['inspect', '--type', 'container', '--format', format, container]);
  const [id = '', pid = '', sandbox = ''] = stdout.trim().split(' ');
  return { id, pid: Number(pid), sandbox, netns: await readlink(`/proc/${pid}/ns/net`) };
}

/** Processes of this user with these words in their command line; with `netns`, in that network. */
export async function processesOf(words: readonly string[], netns?: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
    const at = await readlink(`/proc/${pid}/ns/net`).catch(() => undefined);
    if (at === undefined || !words.every((word) => line.includes(word))) continue;
    if (netns === undefined || at === netns) found.push(Number(pid));
  }
  return found;
}
