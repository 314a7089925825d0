import type { OnChange } from '@reconcile/core/kinds/container';
import { portVariable } from '@reconcile/core/kinds/container';
import type { ComponentDefinition, FileDefinition } from '../model/index.ts';
import type { ComponentInput, FileInput } from '../schema/component.ts';
import { plainPath, readPort, relativePath } from '../syntax/index.ts';
import { checkHealth, readHealth, readUpdate } from './care.ts';
import { warnFixedPort } from './fixed-port.ts';
import type { Mounted } from './mounted.ts';
import type { ParsedComponent } from './parsed-component.ts';
import type { Place } from './report.ts';
import { readRoutes } from './route.ts';
import { checkImage, readRun, reportTwice, signalName } from './run.ts';
import { nearest } from './suggest.ts';
import { type Placed, readEach } from './texts.ts';

export function readComponent(
  name: string,
  input: ComponentInput,
  cx: { readonly place: Place; readonly mounted: Mounted },
): ParsedComponent {
  const { place } = cx;
  checkImage(input.image, place);
  const routes = readRoutes(input.routes, place);
  const ports = readEach(input.ports, readPort, { place, key: 'ports', code: 'PortSyntax' });
  const definition: ComponentDefinition = {
    name,
    image: input.image,
    ...readRun(input, place),
    after: input.after ?? [],
    ports: ports.map((port) => port.value),
    routes: routes.map((route) => route.value),
    files: readFiles(input.files, cx),
    health: readHealth(input.health, { ...place, path: [...place.path, 'health'] }),
    update: readUpdate(input.update, { ...place, path: [...place.path, 'update'] }),
    restart: input.restart ?? 'unless-stopped',
    replicas: input.replicas ?? 1,
    ignore: readIgnore(input.ignore, place),
    ...(input.snapshot_hook === undefined ? {} : { snapshotHook: input.snapshot_hook }),
  };
  const component: ParsedComponent = { definition, place, ports, routes };
  checkHealth(definition, place);
  checkVariables(component);
  checkHostNetwork(component);
  warnFixedPort(component);
  if (definition.replicas > 1 && definition.ports.length > 0) {
    place.report.error('DuplicatePort', [...place.path, 'replicas'], {
      message: 'replicas cannot share fixed `ports`',
      hint: 'give them a route instead',
    });
  }
  return component;
}

/** `$PORT` names: one per route, and none that the component sets itself to something else. */
function checkVariables(component: ParsedComponent): void {
  const { definition, place, routes } = component;
  const seen = new Map<string, string>();
  for (const { value: route, path } of routes) {
    const variable = portVariable(route.name);
    const other = seen.get(variable);
    if (other !== undefined) {
      const message =
        route.name === ''
          ? 'two routes without a name both set $PORT'
          : `routes "${other}" and "${route.name}" both set $${variable}`;
      place.report.error('PortName', path, { message: message, at: 'key', hint: 'give each route a name of its own' });
    }
    seen.set(variable, route.name);
    const own = definition.env[variable];
    if (own !== undefined && own !== String(route.containerPort)) {
      place.report.error('PortName', [...place.path, 'env'], {
        message: `${variable} is set by a route of this component`,
        hint: `leave it out; a program with a port of its own gets container_port = ${/^\d+$/.test(own) ? own : '…'} in the route`,
      });
    }
    if (definition.secrets.some((secret) => secret.env && secret.target === variable)) {
      place.report.error('PortName', [...place.path, 'secrets'], {
        message: `${variable} is set by a route of this component`,
        hint: 'give the secret another variable',
      });
    }
  }
}

/** On the host's network nothing is published: `ports` say what the program listens on by itself. */
function checkHostNetwork(component: ParsedComponent): void {
  if (component.definition.network !== 'host') return;
  for (const { value, path } of component.ports) {
    if (value.host === value.container) continue;
    component.place.report.error('PortSyntax', path, {
      message: 'with network = "host" nothing is published: both ports must be the same',
      hint: 'write the port the program listens on, on both sides',
    });
  }
}

function readFiles(
  input: readonly FileInput[] | undefined,
  cx: { readonly place: Place; readonly mounted: Mounted },
): FileDefinition[] {
  const { place, mounted } = cx;
  const targets: Placed<string>[] = [];
  const found: FileDefinition[] = [];
  for (const [i, file] of (input ?? []).entries()) {
    const path = [...place.path, 'files', i];
    const source = relativePath(file.source);
    const target = plainPath(file.target);
    targets.push({ value: target, path: [...path, 'target'] });
    if (source === undefined) {
      place.report.error('WrongValue', [...path, 'source'], {
        message: `${JSON.stringify(file.source)} is not a path below services/<service>/`,
        hint: 'files are mounted from the repository; a directory of the machine goes into `volumes`',
      });
      continue;
    }
    mounted.use(source, { ...place, path: [...path, 'source'] });
    found.push({
      source,
      target,
      mode: (file.mode ?? '0644').padStart(4, '0'),
      owner: file.owner ?? '',
      onChange: readOnChange(file.on_change),
    });
  }
  reportTwice(targets, place);
  return found;
}

function readOnChange(input: FileInput['on_change']): OnChange {
  if (input === undefined) return 'restart';
  if (typeof input === 'object') return 'signal' in input ? { signal: signalName(input.signal) } : { exec: input.exec };
  if (input.startsWith('signal:')) return { signal: signalName(input.slice('signal:'.length)) };
  if (input.startsWith('exec:')) return { exec: input.slice('exec:'.length).trim().split(/\s+/) };
  return input === 'replace' || input === 'none' ? input : 'restart';
}

/** TOML's key → the field the planner compares. */
const fields: Readonly<Record<string, string>> = {
  image: 'image',
  entrypoint: 'entrypoint',
  cmd: 'command',
  env: 'env',
  user: 'user',
  workdir: 'workdir',
  hostname: 'hostname',
  network: 'network',
  ports: 'ports',
  routes: 'routes',
  volumes: 'mounts',
  secrets: 'secrets',
  tmpfs: 'tmpfs',
  read_only: 'readOnly',
  cap_add: 'capAdd',
  devices: 'devices',
  privileged: 'privileged',
  labels: 'labels',
  extra_hosts: 'extraHosts',
  memory: 'memory',
  cpus: 'cpus',
  pids: 'pids',
  stop_signal: 'stopSignal',
  stop_timeout: 'stopTimeoutMs',
};

function readIgnore(input: readonly string[] | undefined, place: Place): string[] {
  return (input ?? []).flatMap((text, i) => {
    const [key = '', ...rest] = text.split('.');
    const name = rest.join('.');
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field !== undefined && name === '') return [field];
    if ((key === 'env' || key === 'labels') && name !== '') return [`${key}.${name}`];
    const near = nearest(key, Object.keys(fields));
    place.report.error('WrongValue', [...place.path, 'ignore', i], {
      message: `there is no field ${JSON.stringify(text)} to leave alone`,
      hint:
        near === undefined || near === key
          ? 'write a key of the component, "env.NAME" or "labels.NAME"'
          : `did you mean "${near}"?`,
    });
    return [];
  });
}
