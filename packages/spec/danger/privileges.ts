import type { ContainerSpec } from '@reconcile/core/kinds/container';
import type { Danger } from './model.ts';
import { isDiskOrMemory } from './system-paths.ts';

/** Capabilities that undo the container, whatever else is allowed (capabilities(7)). */
const capabilities: Readonly<Record<string, string>> = {
  ALL: 'is every capability there is',
  SYS_ADMIN: 'may mount, and with that reach everything',
  SYS_MODULE: 'may load code into the kernel',
  SYS_RAWIO: 'may write to memory and disks directly',
  SYS_BOOT: 'may restart the machine',
  SYS_PTRACE: 'may take over other programs',
  SYS_TIME: 'may turn the clock of the machine',
  DAC_READ_SEARCH: 'may read every file of the machine',
  MAC_ADMIN: 'may switch off the access rules of the machine',
  BPF: 'may run code in the kernel',
};

/** Of the machine's network, not of a container's own. */
const onHostNetwork: Readonly<Record<string, string>> = {
  NET_ADMIN: 'may change firewall, addresses and routes of the machine',
};

/** Capabilities and devices that reach beyond the container. `privileged` itself is a flag of the policy. */
export function privilegeDangers({ capAdd, devices, network }: ContainerSpec): Danger[] {
  const asked = capAdd.flatMap((given): Danger[] => {
    const name = given.toUpperCase().replace(/^CAP_/, '');
    const why = capabilities[name] ?? (network === 'host' ? onHostNetwork[name] : undefined);
    return why === undefined
      ? []
      : [{ id: `cap:${name}`, what: `capability ${name}`, why, needles: [given, 'cap_add'] }];
  });
  const disks = devices.flatMap((device): Danger[] => {
    const [path = ''] = device.split(':');
    if (path !== '/dev' && !isDiskOrMemory(path)) return [];
    const why = 'is a disk or the memory of the machine itself';
    return [{ id: `device:${path}`, what: `device ${path}`, why, needles: [device, 'devices'] }];
  });
  return [...asked, ...disks];
}
