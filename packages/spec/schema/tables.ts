import { componentShape, fileShape, healthShape, routeShape, updateShape } from './component.ts';
import { defaultsShape, fleetNodeShape, fleetShape, healthDefaultsShape, sequenceShape, zoneShape } from './fleet.ts';
import { secretShape } from './run.ts';
import { buildShape, jobShape, networkShape, serviceShape, volumeShape } from './service.ts';

/** A TOML table of one of the two files: what messages call it, and the keys it knows. */
export interface Table {
  /** `[[components.routes]]`; '' for the top level. */
  readonly label: string;
  readonly keys: readonly string[];
}

const table = (label: string, shape: object, ...more: string[]): Table => ({
  label,
  keys: [...Object.keys(shape), ...more],
});

/** Tables of a service file, the likeliest home of a misplaced key first. */
export const serviceTables: readonly Table[] = [
  table('[[components]]', componentShape, 'name', 'routes'),
  table('[[components.routes]]', routeShape),
  table('', serviceShape, 'components', 'jobs', 'networks', 'volumes'),
  table('[components.health]', healthShape),
  table('[components.update]', updateShape),
  table('[[components.files]]', fileShape),
  table('[[components.secrets]]', secretShape),
  table('[[jobs]]', jobShape),
  table('[[networks]]', networkShape),
  table('[[volumes]]', volumeShape),
  table('[build]', buildShape),
];

export const fleetTables: readonly Table[] = [
  table('', fleetShape, 'zones', 'nodes', 'boot', 'defaults'),
  table('[[zones]]', zoneShape),
  table('[nodes.<name>]', fleetNodeShape),
  table('[[boot.sequence]]', sequenceShape),
  table('[boot]', {}, 'sequence'),
  table('[defaults]', defaultsShape),
  table('[defaults.health]', healthDefaultsShape),
  table('[defaults.update]', updateShape),
];

/** The short form: what belongs to the only component stands at the top level. */
export const shortTables: readonly Table[] = [
  table('', { ...serviceShape, ...componentShape }, 'routes', 'components', 'jobs', 'networks'),
  ...serviceTables
    .filter(({ label }) => label !== '' && label !== '[[components]]')
    .map(({ label, keys }) => ({ label: label.replace('components.', ''), keys })),
];
