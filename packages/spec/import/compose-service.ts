import {
  assignments,
  commandWords,
  durationText,
  fillVariables,
  isPlain,
  type Plain,
  portText,
  scalarText,
  texts,
} from './compose-values.ts';
import type { ComponentDraft, Fields, Scalar } from './model.ts';
import { networkName, type Project } from './project.ts';
import { fullImage } from './words.ts';

type Path = readonly (string | number)[];

/** One key at work: where it stands, and what it is put into. */
interface At {
  readonly project: Project;
  readonly service: string;
  readonly path: Path;
  readonly fields: Fields;
  readonly health: Fields;
  readonly value: unknown;
}

/** Keys that say the same here under another name, or the same one. */
const plainTexts: Readonly<Record<string, string>> = {
  user: 'user',
  working_dir: 'workdir',
  hostname: 'hostname',
  stop_signal: 'stop_signal',
  mem_limit: 'memory',
};
const plainLists: Readonly<Record<string, string>> = { tmpfs: 'tmpfs', cap_add: 'cap_add', devices: 'devices' };

/** Keys without counterpart, and what a person should know of each. */
const without: Readonly<Record<string, string>> = {
  container_name: 'names are made here: <service>-<component>-<hash>; others on the network find it by component',
  logging: 'output goes to k8s-file, 10 MB × 3',
  env_file: 'put its lines into env; passwords into secrets',
  profiles: 'a component always belongs to its service; active = false stops the service',
  extends: 'write out what it inherits',
  cap_drop: 'podman’s own set of capabilities is kept',
  security_opt: 'podman’s own confinement is kept',
  links: 'components of a service find each other by name',
  platform: 'this machine’s own is used',
  pull_policy: 'an image is pulled once, when it is missing',
  init: 'nobody reaps for it: use an image with an init, or one process',
  configs: 'name it in files = [{ source, target }]',
};

const silent = new Set(['image', 'expose', 'depends_on', 'stdin_open', 'tty']);

/** One service of compose → one component. */
export function componentOf(project: Project, name: string, raw: Plain): ComponentDraft {
  const fields: Fields = new Map();
  const health: Fields = new Map();
  const here = ['services', name] as const;
  imageOf(project, { here, raw, fields, name });
  afterOf(project, { here, raw, fields });
  for (const [key, given] of Object.entries(raw)) {
    const path = [...here, key];
    const value = filled(project, path, given);
    if (!silent.has(key) && !key.startsWith('x-')) carry(key, { project, service: name, path, fields, health, value });
  }
  // Compose starts nothing again unless it is told to; here that is the default.
  if (!fields.has('restart')) fields.set('restart', 'no');
  return { name: project.components.get(name) ?? name, fields, health };
}

/** Every text with its variables filled; one without a default is a question. */
function filled(project: Project, path: Path, value: unknown): unknown {
  if (typeof value === 'string') {
    const { missing, text } = fillVariables(value);
    for (const name of missing)
      project.notes.decide(
        path,
        `what is \${${name}}? There are no variables here: write its value, or make it a secret`,
      );
    return text;
  }
  if (Array.isArray(value)) return value.map((entry, i) => filled(project, [...path, i], entry));
  if (isPlain(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [key, filled(project, [...path, key], entry)]),
    );
  return value;
}

function imageOf(project: Project, of: { here: Path; raw: Plain; fields: Fields; name: string }): void {
  const { fields, here, name, raw } = of;
  const text = scalarText(filled(project, [...here, 'image'], raw.image));
  if (text === undefined) {
    project.notes.decide(
      [...here, raw.build === undefined ? 'image' : 'build'],
      'say the image: its full name and version',
    );
    fields.set('image', `localhost/${project.draft.name}/${name}:1`);
    return;
  }
  const { image, trouble } = fullImage(text);
  fields.set('image', image);
  if (trouble !== undefined) project.notes.decide([...here, 'image'], trouble);
}

function afterOf(project: Project, { fields, here, raw }: { here: Path; raw: Plain; fields: Fields }): void {
  const given = raw.depends_on;
  const names = isPlain(given) ? Object.keys(given) : (texts(given ?? []) ?? []);
  const after = names.flatMap((name) => project.components.get(name) ?? []);
  if (after.length > 0) fields.set('after', after);
  for (const [name, how] of Object.entries(isPlain(given) ? given : {})) {
    if (isPlain(how) && how.condition === 'service_completed_successfully')
      project.notes.decide(
        [...here, 'depends_on', name],
        `${name} runs to an end: make it a job, [[jobs]] with when = "before-start"`,
      );
  }
}

function carry(key: string, at: At): void {
  const { fields, path, project, value } = at;
  const text = scalarText(value);
  const list = texts(value);
  if (plainTexts[key] !== undefined && text !== undefined) fields.set(plainTexts[key], text);
  else if (plainLists[key] !== undefined && list !== undefined) fields.set(plainLists[key], list);
  else if (key === 'read_only' || key === 'privileged') {
    if (value === true) fields.set(key, true);
  } else if (key === 'command' || key === 'entrypoint') {
    const words = commandWords(value);
    if (words !== undefined && value !== null) fields.set(key === 'command' ? 'cmd' : 'entrypoint', words);
  } else if (key in others) others[key]?.(at);
  else project.notes.lost(path, without[key] ?? 'there is nothing like it here');
}

const others: Readonly<Record<string, (at: At) => unknown>> = {
  environment(at) {
    const found = assignments(at.value);
    if (found === undefined) return at.project.notes.lost(at.path, 'not understood');
    for (const name of found.unset)
      at.project.notes.decide(
        [...at.path, name],
        `${name} came from the caller’s environment: write its value, or make it a secret`,
      );
    if (Object.keys(found.values).length > 0) at.fields.set('env', found.values);
  },
  labels(at) {
    const found = assignments(at.value);
    if (found !== undefined && Object.keys(found.values).length > 0) at.fields.set('labels', found.values);
    const isRoute = Object.keys(found?.values ?? {}).some(
      (name) => name.startsWith('traefik.') || name.startsWith('caddy'),
    );
    if (isRoute)
      at.project.notes.decide(
        at.path,
        'labels of another proxy do nothing here: [[components.routes]] is what leads requests to it',
      );
  },
  ports(at) {
    const ports: string[] = [];
    for (const [i, entry] of (Array.isArray(at.value) ? at.value : [at.value]).entries()) {
      const port = portText(entry);
      if (port === undefined || port === '')
        at.project.notes.decide(
          [...at.path, i],
          'no port of the host is named: give one, or a route, whose port is found by itself',
        );
      else ports.push(port);
    }
    if (ports.length > 0) at.fields.set('ports', ports);
  },
  volumes: volumesOf,
  restart(at) {
    const policy = scalarText(at.value)?.replace(/:\d+$/, '') ?? '';
    at.fields.set('restart', policy === 'false' ? 'no' : policy);
    if (/:\d+$/.test(scalarText(at.value) ?? ''))
      at.project.notes.changed(at.path, 'restarts are not counted, they back off up to 60 s');
  },
  networks: networksOf,
  network_mode(at) {
    const mode = scalarText(at.value) ?? '';
    if (mode === 'host' || mode === 'none') at.fields.set('network', mode);
    else if (mode !== 'bridge')
      at.project.notes.decide(at.path, 'containers have a network of their own: name one with network = "…"');
  },
  extra_hosts(at) {
    const found = isPlain(at.value)
      ? Object.entries(at.value).map(([name, ip]) => `${name}:${scalarText(ip) ?? ''}`)
      : texts(at.value);
    if (found !== undefined)
      at.fields.set(
        'extra_hosts',
        found.map((line) => line.replace('=', ':')),
      );
  },
  secrets(at) {
    const list = Array.isArray(at.value) ? at.value : [];
    const named = list.flatMap((entry): Record<string, Scalar>[] => {
      if (!isPlain(entry)) return [{ name: scalarText(entry) ?? '' }];
      const source = scalarText(entry.source) ?? '';
      const target = scalarText(entry.target);
      return [
        {
          name: source,
          ...(target === undefined ? {} : { target: target.startsWith('/') ? target : `/run/secrets/${target}` }),
        },
      ];
    });
    if (named.length > 0) at.fields.set('secrets', named);
  },
  stop_grace_period(at) {
    const time = durationText(at.value);
    if (time !== undefined) at.fields.set('stop_timeout', time);
  },
  cpus: (at) => at.fields.set('cpus', Number(at.value)),
  pids_limit: (at) => at.fields.set('pids', Number(at.value)),
  scale: (at) => at.fields.set('replicas', Number(at.value)),
  healthcheck: healthOf,
  deploy: deployOf,
  build(at) {
    const { draft, notes } = at.project;
    const context = isPlain(at.value) ? scalarText(at.value.context) : scalarText(at.value);
    const file = (isPlain(at.value) ? scalarText(at.value.dockerfile) : undefined) ?? 'Dockerfile';
    const image = String(at.fields.get('image') ?? '');
    draft.build.set(image.slice(image.lastIndexOf('/') + 1).split(':')[0] ?? at.service, file);
    draft.path ??= (context ?? '.').replace(/^\.\/?/, '') || draft.name;
    notes.decide(at.path, `it is built from ${context ?? '.'}: path is below the node’s workspace`);
    for (const key of Object.keys(isPlain(at.value) ? at.value : {}))
      if (key !== 'context' && key !== 'dockerfile')
        notes.lost([...at.path, key], 'builds take a directory and a file here');
  },
};

function volumesOf(at: At): void {
  const { notes, volumes } = at.project;
  const found: string[] = [];
  for (const [i, entry] of (Array.isArray(at.value) ? at.value : []).entries()) {
    const path = [...at.path, i];
    const [source, target, options] = isPlain(entry) ? longVolume(entry) : (scalarText(entry)?.split(':') ?? []);
    if (isPlain(entry) && entry.type === 'tmpfs')
      at.fields.set('tmpfs', [...((at.fields.get('tmpfs') as string[] | undefined) ?? []), target ?? '']);
    else if (source === undefined || target === undefined || source === '')
      notes.decide(path, 'a volume without a name is lost with its container: name it, or a directory');
    else if (/^[.~]/.test(source) || source.startsWith('/')) {
      const absolute = source.startsWith('/') ? source : resolved(at.project.dir, source);
      if (source.startsWith('~')) notes.decide(path, `where is ${source}? Directories are named from the root here`);
      found.push([absolute, target, ...(options === undefined || options === 'rw' ? [] : [options])].join(':'));
      if (absolute !== source) notes.changed(path, `${absolute}; the node’s policy must allow it: [policy] mounts`);
    } else
      found.push(
        [volumes.get(source) ?? source, target, ...(options === undefined || options === 'rw' ? [] : [options])].join(
          ':',
        ),
      );
  }
  if (found.length > 0) at.fields.set('volumes', found);
}

function longVolume(entry: Plain): (string | undefined)[] {
  return [scalarText(entry.source) ?? '', scalarText(entry.target), entry.read_only === true ? 'ro' : undefined];
}

/** `./data` below the file's directory; nothing is looked up. */
function resolved(dir: string, path: string): string {
  const parts: string[] = path.startsWith('~') ? [] : dir.split('/').filter((part) => part !== '');
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '' && part !== '~') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

function networksOf(at: At): void {
  const { name, notes, raw } = at.project;
  const names = isPlain(at.value) ? Object.keys(at.value) : (texts(at.value) ?? []);
  const [first, ...more] = names;
  if (first !== undefined && first !== 'default') at.fields.set('network', networkName(raw, name, first));
  for (const other of more)
    notes.lost(
      [...at.path, ...(isPlain(at.value) ? [other] : [names.indexOf(other)])],
      `a component is on one network here, which is ${first ?? 'default'}`,
    );
  for (const [network, settings] of Object.entries(isPlain(at.value) ? at.value : {}))
    for (const key of Object.keys(isPlain(settings) ? settings : {}))
      notes.lost(
        [...at.path, network, key],
        key === 'aliases'
          ? 'others find it by component and by <service>-<component>'
          : 'addresses are given by podman',
      );
}

function healthOf({ health, path, project, value }: At): unknown {
  if (!isPlain(value)) return;
  if (value.disable === true) return health.set('type', 'running');
  const test = value.test;
  const words = Array.isArray(test) ? texts(test) : undefined;
  const line = scalarText(test) ?? (words?.[0] === 'CMD-SHELL' ? words.slice(1).join(' ') : undefined);
  if (words?.[0] === 'NONE') return health.set('type', 'running');
  const command = line !== undefined ? ['/bin/sh', '-c', line] : words?.[0] === 'CMD' ? words.slice(1) : words;
  if (command !== undefined && command.length > 0) {
    health.set('type', 'exec');
    health.set('command', command);
  }
  for (const key of ['interval', 'timeout', 'start_period'] as const) {
    const time = durationText(value[key]);
    if (time !== undefined) health.set(key, time);
  }
  if (value.retries !== undefined) health.set('failures', Number(value.retries));
  for (const key of Object.keys(value))
    if (!['test', 'interval', 'timeout', 'start_period', 'retries', 'disable'].includes(key))
      project.notes.lost([...path, key], 'there is nothing like it here');
  return undefined;
}

function deployOf({ fields, path, project, value }: At): void {
  if (!isPlain(value)) return;
  for (const [key, entry] of Object.entries(value)) {
    const limits = key === 'resources' && isPlain(entry) && isPlain(entry.limits) ? entry.limits : undefined;
    if (key === 'replicas') fields.set('replicas', Number(entry));
    else if (limits !== undefined) {
      const memory = scalarText(limits.memory);
      if (memory !== undefined) fields.set('memory', memory);
      if (limits.cpus !== undefined) fields.set('cpus', Number(limits.cpus));
      if (limits.pids !== undefined) fields.set('pids', Number(limits.pids));
      if (isPlain(entry) && entry.reservations !== undefined)
        project.notes.lost([...path, key, 'reservations'], 'nothing is reserved here');
    } else
      project.notes.lost(
        [...path, key],
        key === 'update_config' ? '[components.update] says how it is replaced' : 'there is nothing like it here',
      );
  }
}
