import type { Examined } from '../examined.ts';
import { asRoot, type Finding, finding } from '../finding.ts';

/** Clocks of two machines, and a write in the same moment, may differ by this much, ms. */
const toleranceMs = 60_000;
const keepers = ['systemd-timesyn', 'chronyd', 'ntpd', 'openntpd', 'ptp4l', 'VBoxService', 'vmtoolsd'];

/** Certificates, backoff and history live by the clock. */
export async function clock({ host, lastWrittenAt }: Examined): Promise<Finding[]> {
  const now = host.clock.now();
  const found: Finding[] = [];
  if (lastWrittenAt !== undefined && lastWrittenAt > now + toleranceMs)
    found.push(
      finding('CLOCK_BEHIND', 'error', {
        what: 'the clock',
        wanted: `after ${new Date(lastWrittenAt).toISOString()}, when this node wrote something down`,
        actual: new Date(now).toISOString(),
        ...asRoot('timedatectl set-ntp true'),
      }),
    );
  if (!(await isKept(host)))
    found.push(
      finding('CLOCK_UNKEPT', 'warning', {
        what: 'the clock',
        wanted: 'kept by chrony, systemd-timesyncd or the like',
        actual: 'by nobody',
        ...asRoot('timedatectl set-ntp true   # or: apt-get install systemd-timesyncd'),
      }),
    );
  return found;
}

async function isKept(host: Examined['host']): Promise<boolean> {
  if ((await host.files.stat('/run/systemd/timesync/synchronized')) !== undefined) return true;
  const pids = ((await host.files.list('/proc')) ?? []).filter((name) => /^\d+$/.test(name));
  const names = await Promise.all(pids.map((pid) => host.files.text(`/proc/${pid}/comm`).catch(() => undefined)));
  return names.some((name) => name !== undefined && keepers.includes(name.trim()));
}
