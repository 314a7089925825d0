import { procLink, procList, procText } from './read.ts';

/** Whose sockets count as a container's own. */
export interface Ownership {
  /** Socket inodes found among its processes' open files. */
  readonly inodes: ReadonlySet<string>;
  /** Uids of those of its processes whose open files we may not list: they run as a subordinate uid. */
  readonly uids: ReadonlySet<number>;
}

const mostProcesses = 4096;

/**
 * Sockets of a process and all its descendants. In a container that is all of it: orphans inside fall to its first
 * process, which is the one podman names. undefined when the process is gone or the kernel does not list children.
 */
export async function ownSockets(pid: number): Promise<Ownership | undefined> {
  const pids = await descendants(pid);
  if (pids === undefined) return undefined;
  const inodes = new Set<string>();
  const uids = new Set<number>();
  for (const each of pids) {
    const fds = await procList(`/proc/${each}/fd`);
    if (fds === undefined) {
      const uid = await effectiveUid(each);
      if (uid !== undefined && uid !== process.getuid?.()) uids.add(uid);
      continue;
    }
    const links = await Promise.all(fds.map((fd) => procLink(`/proc/${each}/fd/${fd}`)));
    for (const link of links) {
      const inode = /^socket:\[(\d+)\]$/.exec(link ?? '')?.[1];
      if (inode !== undefined) inodes.add(inode);
    }
  }
  return { inodes, uids };
}

async function descendants(root: number): Promise<readonly number[] | undefined> {
  const found = [root];
  for (let i = 0; i < found.length && found.length < mostProcesses; i++) {
    const children = await childrenOf(found[i]!);
    if (children === undefined && i === 0) return undefined;
    found.push(...(children ?? []));
  }
  return found;
}

/** /proc/PID/task/TID/children: a child belongs to the thread that made it. */
async function childrenOf(pid: number): Promise<readonly number[] | undefined> {
  const threads = await procList(`/proc/${pid}/task`);
  if (threads === undefined) return undefined;
  const lists = await Promise.all(threads.map((tid) => procText(`/proc/${pid}/task/${tid}/children`)));
  if (lists.every((list) => list === undefined)) return undefined;
  return lists.flatMap((list) =>
    (list ?? '')
      .split(' ')
      .filter((word) => word !== '')
      .map(Number),
  );
}

async function effectiveUid(pid: number): Promise<number | undefined> {
  const status = await procText(`/proc/${pid}/status`);
  const uid = /^Uid:\t\d+\t(\d+)/m.exec(status ?? '')?.[1];
  return uid === undefined ? undefined : Number(uid);
}
