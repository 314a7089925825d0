import { readCompose } from './compose-file.ts';
import { componentOf } from './compose-service.ts';
import { isPlain, type Plain, scalarText } from './compose-values.ts';
import { type Draft, emptyDraft, type Fields, type ImportFile, type ImportNote } from './model.ts';
import { Notes } from './notes.ts';
import { networkName, type Project } from './project.ts';
import { componentName, plainName } from './words.ts';

/**
 * One compose project → one service, its services as components: they find each other by the same names. Everything that is
 * not carried is told with its line.
 */
export function importCompose(file: ImportFile): {
  readonly draft: Draft | undefined;
  readonly notes: readonly ImportNote[];
} {
  const document = readCompose(file.text);
  const notes = new Notes(file.name, document.lineOf);
  for (const { line, message } of document.errors)
    notes.all.push({ level: 'decide', file: file.name, line, key: '', message: `not YAML: ${message}` });
  const raw = document.value;
  if (!isPlain(raw) || !isPlain(raw.services)) {
    if (document.errors.length === 0) notes.decide([], 'it has no services: is it a compose file?');
    return { draft: undefined, notes: notes.all };
  }
  const directory = file.dir.slice(file.dir.lastIndexOf('/') + 1);
  const project = scalarText(raw.name) ?? directory;
  const draft = emptyDraft(plainName(project) || 'imported');
  const components = new Map(Object.keys(raw.services).map((name) => [name, componentName(name)]));
  const known: Project = {
    name: project,
    dir: file.dir,
    notes,
    draft,
    raw,
    components,
    volumes: volumeNames(raw, project),
  };
  for (const key of Object.keys(raw)) topKey(known, key);
  for (const [name, service] of Object.entries(raw.services)) {
    if (isPlain(service)) draft.components.push(componentOf(known, name, service));
    else notes.lost(['services', name], 'it says nothing');
  }
  return { draft, notes: notes.all };
}

function topKey(project: Project, key: string): void {
  const { notes, raw } = project;
  if (key === 'services' || key === 'version' || key === 'name' || key.startsWith('x-')) return;
  if (key === 'volumes') topVolumes(project);
  else if (key === 'networks') topNetworks(project);
  else if (key === 'secrets') {
    for (const [name, secret] of Object.entries(isPlain(raw.secrets) ? raw.secrets : {})) {
      const from = isPlain(secret) ? (scalarText(secret.file) ?? scalarText(secret.environment)) : undefined;
      notes.decide(['secrets', name], `give its value to the fleet: reconcile secret set ${name} <${from ?? 'FILE'}`);
    }
  } else if (key === 'configs')
    notes.lost([key], 'a mounted file: put it below services/<service>/ and name it in files = [{ source, target }]');
  else notes.lost([key], key === 'include' ? 'import the included files too' : 'there is nothing like it here');
}

/** Volumes that have a name of their own, else `<project>_<name>` as compose makes them. */
function volumeNames(raw: Plain, project: string): Map<string, string> {
  const declared = isPlain(raw.volumes) ? raw.volumes : {};
  return new Map(
    Object.entries(declared).map(([name, volume]) => {
      const own = isPlain(volume) ? scalarText(volume.name) : undefined;
      const isExternal = isPlain(volume) && volume.external === true;
      return [name, own ?? (isExternal ? name : `${project}_${name}`)];
    }),
  );
}

function topVolumes({ draft, notes, raw, volumes }: Project): void {
  for (const [name, volume] of Object.entries(isPlain(raw.volumes) ? raw.volumes : {})) {
    const fields: Fields = new Map();
    if (isPlain(volume)) {
      for (const [key, value] of Object.entries(volume)) {
        if (key === 'name' || key === 'external') continue;
        const text = scalarText(value);
        if (key === 'driver' && text !== undefined) {
          if (text !== 'local') fields.set('driver', text);
        } else if (key === 'driver_opts' && isPlain(value)) fields.set('options', stringTable(value));
        else notes.lost(['volumes', name, key], 'there is nothing like it here');
      }
    }
    const own = volumes.get(name) ?? name;
    if (fields.size > 0) draft.volumes.push({ name: own, fields });
    notes.changed(['volumes', name], `volume ${own}: the data of the project that runs now stays in use`);
  }
}

function topNetworks({ draft, name: project, notes, raw }: Project): void {
  for (const [name, network] of Object.entries(isPlain(raw.networks) ? raw.networks : {})) {
    if (name === 'default' && !isPlain(network)) continue;
    const fields: Fields = new Map();
    const settings = isPlain(network) ? network : {};
    for (const [key, value] of Object.entries(settings)) {
      const text = scalarText(value);
      if (key === 'name' || key === 'external') continue;
      if (key === 'driver' && text !== undefined && ['bridge', 'macvlan', 'ipvlan'].includes(text)) {
        if (text !== 'bridge') fields.set('driver', text);
      } else if (key === 'internal' && value === true) fields.set('internal', true);
      else if (key === 'enable_ipv6' && value === true) fields.set('ipv6', true);
      else if (key === 'driver_opts' && isPlain(value)) fields.set('options', stringTable(value));
      else if (key === 'ipam' && isPlain(value)) {
        const subnets = (Array.isArray(value.config) ? value.config : []).flatMap((one) =>
          isPlain(one) ? (scalarText(one.subnet) ?? []) : [],
        );
        if (subnets.length > 0) fields.set('subnets', subnets);
      } else if (value !== false) notes.lost(['networks', name, key], 'there is nothing like it here');
    }
    if (fields.size > 0) draft.networks.push({ name: networkName(raw, project, name), fields });
  }
}

function stringTable(value: Plain): Record<string, string> {
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, scalarText(entry) ?? '']));
}
