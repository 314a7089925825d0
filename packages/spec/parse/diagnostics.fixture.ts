/** One mistake (or several), and what is said about it. `says` must be part of one message or hint. */
export interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** `file:line:column Code path`, all of them. */
  readonly lines: readonly string[];
  readonly says?: readonly string[];
}

const image = 'image = "docker.io/example/web:1.0"';
/** Lines 1 and 2 of a short-form service. */
const web = `name = "web"\n${image}\n`;
const at = (place: string, code: string, path: string) => `services/web.toml:${place} ${code} ${path}`;

/** A short-form service with more lines, from line 3 on. */
const short = (name: string, more: string, ...[lines, says]: [readonly string[], (readonly string[])?]): Case => ({
  name,
  files: { web: `${web}${more}` },
  lines,
  ...(says === undefined ? {} : { says }),
});

const component = (name: string, more = '') => `[[components]]\nname = "${name}"\n${image}\n${more}`;

export const fileCases: readonly Case[] = [
  {
    name: 'not TOML',
    files: { web: 'name = "web"\nimage = [1 #' },
    lines: [at('2:13', 'Syntax', '')],
    says: ['expected comma'],
  },
  { name: 'half a file', files: { web: 'name = "we' }, lines: [at('1:8', 'Syntax', '')], says: ['unfinished string'] },
  {
    name: 'a fleet.toml without a name',
    files: { 'fleet.toml': 'nam = 1' },
    lines: ['fleet.toml:1:1 UnknownKey nam', 'fleet.toml:1:1 MissingKey name'],
    says: ['did you mean `name`?'],
  },
  { name: 'an unsafe key', files: { web: `${web}[env]\n__proto__ = "x"\n` }, lines: [at('4:1', 'Syntax', '')] },
  {
    name: 'NUL in a text',
    files: { web: `${web}user = "a\\u0000b"\n` },
    lines: [at('3:8', 'WrongValue', 'user'), at('3:8', 'WrongValue', 'user')],
    says: ['NUL'],
  },
  {
    name: 'a file with another name',
    files: { other: web },
    lines: ['services/other.toml:1:8 FileName name'],
    says: ['name it services/web.toml'],
  },
];

export const keyCases: readonly Case[] = [
  short('a misspelt key', 'nod = "rift"\n', [at('3:1', 'UnknownKey', 'nod')], ['did you mean `node`?']),
  short(
    "another tool's word",
    'environment = ["A=b"]\n',
    [at('3:1', 'UnknownKey', 'environment')],
    ['did you mean `env`?'],
  ),
  short('a key nobody knows', 'zzzzzzzz = 1\n', [at('3:1', 'UnknownKey', 'zzzzzzzz')], ['it knows']),
  {
    name: 'memory under the route: everybody first mistake',
    files: {
      web: `name = "web"\n${component('api', '[[components.routes]]\nname = "rest"\ncontainer_port = 80\nmemory = "512MiB"\n')}`,
    },
    lines: [at('8:1', 'WrongTable', 'components.api.routes.rest.memory')],
    says: ['it is a key of [[components]]', 'move `memory` up, above [[components.routes]] in line 5'],
  },
  short(
    'memory under the route, short form',
    '[[routes]]\ncontainer_port = 80\nmemory = "512MiB"\n',
    [at('5:1', 'WrongTable', 'routes.memory')],
    ['it is a key of the top level', 'above [[routes]] in line 3'],
  ),
  {
    name: 'a service key in a component',
    files: { web: `name = "web"\n${component('api', 'depends_on = []\n')}` },
    lines: [at('5:1', 'WrongTable', 'components.api.depends_on')],
    says: ['above [[components]] in line 2'],
  },
  {
    name: 'a health key in a component',
    files: { web: `name = "web"\n${component('api', 'interval = "1s"\n')}` },
    lines: [at('5:1', 'WrongTable', 'components.api.interval')],
    says: ['[components.health]', '`health.interval = …`'],
  },
  {
    name: 'a component key at the top of a long form',
    files: { web: `name = "web"\nmemory = "1g"\n${component('api')}` },
    lines: [at('2:1', 'WrongTable', 'memory')],
    says: ['below a [[components]] header'],
  },
  {
    name: 'a component key in a job',
    files: { web: `${web}[[jobs]]\nname = "j"\nreplicas = 2\n` },
    lines: [at('5:1', 'WrongTable', 'jobs.j.replicas')],
  },
  {
    name: 'unknown keys in a table form',
    files: { web: `name = "web"\n[components.api]\n${image}\nimag = "x"\n` },
    lines: [at('4:1', 'UnknownKey', 'components.api.imag')],
    says: ['did you mean `image`?'],
  },
  {
    name: 'a zone key at the top of fleet.toml',
    files: { 'fleet.toml': 'name = "home"\ndriver = "hosts"\n' },
    lines: ['fleet.toml:2:1 WrongTable driver'],
    says: ['[[zones]]'],
  },
  {
    name: 'a misspelt key of a node',
    files: { 'fleet.toml': 'name = "home"\n[nodes.rift]\nadress = "192.0.2.1"\n' },
    lines: ['fleet.toml:3:1 UnknownKey nodes.rift.adress'],
    says: ['did you mean `address`?'],
  },
  {
    name: 'no image',
    files: { web: 'name = "web"\n' },
    lines: [at('1:1', 'MissingKey', 'image')],
    says: ['a string is required'],
  },
  { name: 'no name', files: { web: `${image}\n` }, lines: [at('1:1', 'MissingKey', 'name')] },
  {
    name: 'several components, one without a name',
    files: { web: `name = "web"\n${component('a')}[[components]]\nimage = "nginx"\n` },
    lines: [at('5:1', 'MissingKey', 'components[1].name'), at('6:9', 'ShortImage', 'components[1].image')],
  },
  {
    name: 'a stage without a name',
    files: { 'fleet.toml': 'name = "home"\n[[boot.sequence]]\nservices = []\n' },
    lines: ['fleet.toml:2:1 MissingKey boot.sequence.stage'],
  },
];

export const valueCases: readonly Case[] = [
  short(
    'a wrong type',
    'replicas = "two"\n',
    [at('3:12', 'WrongType', 'replicas')],
    ['expected a number, found "two"'],
  ),
  short(
    'a number where a table should be',
    'health = 5\n',
    [at('3:10', 'WrongType', 'health')],
    ['expected a table, found 5'],
  ),
  short(
    'one table where a list should be',
    '[routes]\nport = 443\n',
    [at('3:1', 'WrongType', 'routes')],
    ['two brackets'],
  ),
  short('a date', 'user = 2026-01-01\n', [at('3:8', 'WrongType', 'user')], ['found a date']),
  short(
    'a wrong word',
    '[[routes]]\nmode = "l8"\n',
    [at('4:8', 'WrongValue', 'routes.mode')],
    ['expected "l4" or "l7", found "l8"'],
  ),
  short('a duration without a unit', 'stop_timeout = "30"\n', [at('3:16', 'WrongValue', 'stop_timeout')], ['"30s"']),
  short(
    'a duration that no timer can hold',
    '[health]\ntype = "running"\ninterval = "30d"\n',
    [at('5:12', 'WrongValue', 'health.interval')],
    ['at most 20d'],
  ),
  short('too long a drain', '[update]\ndrain = "46s"\n', [at('4:9', 'WrongValue', 'update.drain')], ['at most 45s']),
  short('a size in words', 'memory = "plenty"\n', [at('3:10', 'WrongValue', 'memory')], ['such as "512MiB"']),
  short('too many replicas', 'replicas = 1000\n', [at('3:12', 'WrongValue', 'replicas')], ['at most 100']),
  short(
    'an empty command',
    '[health]\ncommand = []\n',
    [at('4:11', 'WrongValue', 'health.command')],
    ['at least 1 element'],
  ),
  short(
    'a port out of range',
    '[[routes]]\nport = 70000\n',
    [at('4:8', 'WrongValue', 'routes.port')],
    ['at most 65535'],
  ),
  short(
    'a host name with an underscore',
    '[[routes]]\nhostname = "a_b.example.net"\n',
    [at('4:12', 'WrongValue', 'routes.hostname')],
    ['RFC 1123'],
  ),
  short(
    'a wildcard',
    '[[routes]]\nhostname = "*.example.net"\n',
    [at('4:12', 'WrongValue', 'routes.hostname')],
    ['no wildcard'],
  ),
  short('a second line in a host name', '[[routes]]\nhostname = "a.example.net\\n  backend evil"\n', [
    at('4:12', 'WrongValue', 'routes.hostname'),
  ]),
  short('an address as a host name', '[[routes]]\nhostname = "192.0.2.1"\n', [
    at('4:12', 'WrongValue', 'routes.hostname'),
  ]),
  short('a path with white space', '[[routes]]\npath = "/a b"\n', [at('4:8', 'WrongValue', 'routes.path')]),
  short('a header that is two', '[[routes]]\nheaders = { X-A = "a\\r\\nX-B: b" }\n', [
    at('4:19', 'WrongValue', 'routes.headers.X-A'),
  ]),
  short('a client network', '[[routes]]\nallow = ["192.0.2.0/24", "lan"]\n', [
    at('4:26', 'WrongValue', 'routes.allow[1]'),
  ]),
  short('what l4 cannot do', '[[routes]]\nmode = "l4"\npath = "/a"\nheaders = {}\nbackend_tls = true\n', [
    at('5:1', 'WrongValue', 'routes.path'),
    at('6:1', 'WrongValue', 'routes.headers'),
    at('7:1', 'WrongValue', 'routes.backend_tls'),
  ]),
  short('both names of one key', '[[routes]]\nport = 80\nlisten = 81\ncontainer_port = 80\n', [
    at('5:1', 'BothForms', 'routes.listen'),
  ]),
  short(
    "podman's modes are no networks",
    'network = "slirp4netns"\n',
    [at('3:11', 'WrongValue', 'network')],
    ['leave `network` out'],
  ),
  short('a name of its own for a reserved network', '[[networks]]\nname = "host"\n', [
    at('4:8', 'WrongValue', 'networks.host.name'),
  ]),
  short(
    'capabilities, devices, tmpfs, hosts',
    'cap_add = ["NET ADMIN"]\ndevices = ["/etc"]\ntmpfs = ["tmp"]\nextra_hosts = ["db"]\n',
    [
      at('3:12', 'WrongValue', 'cap_add[0]'),
      at('4:12', 'WrongValue', 'devices[0]'),
      at('5:10', 'WrongValue', 'tmpfs[0]'),
      at('6:16', 'WrongValue', 'extra_hosts[0]'),
    ],
  ),
  short(
    'a field to ignore that does not exist',
    'ignore = ["envs.FOO", "env.FOO"]\n',
    [at('3:11', 'WrongValue', 'ignore[0]')],
    ['did you mean "env"?'],
  ),
  short('a source outside the workspace', 'path = "../other"\n', [at('3:8', 'WrongValue', 'path')]),
  short('a Containerfile outside', '[build.images]\nweb = "/etc/passwd"\n', [
    at('4:7', 'WrongValue', 'build.images.web'),
  ]),
  short('a label that is ours', 'labels = { "io.reconcile.slot" = "x" }\n', [
    at('3:12', 'EnvSyntax', 'labels."io.reconcile.slot"'),
  ]),
  {
    name: 'a component called like a replica',
    files: { web: `name = "web"\n${component('1')}` },
    lines: [at('3:8', 'WrongValue', 'components.1.name')],
  },
  {
    name: 'a zone without a known driver',
    files: { 'fleet.toml': 'name = "home"\n[[zones]]\nzone = "example.net"\ndriver = "bind"\n' },
    lines: ['fleet.toml:4:10 WrongValue zones."example.net".driver'],
  },
];

export const textCases: readonly Case[] = [
  {
    name: ':latest',
    files: { web: 'name = "web"\nimage = "docker.io/library/nginx:latest"\n' },
    lines: [at('2:9', 'ImageTag', 'image')],
    says: ['such as docker.io/library/nginx:1.27'],
  },
  {
    name: 'a short image name',
    files: { web: 'name = "web"\nimage = "nginx:1.27"\n' },
    lines: [at('2:9', 'ShortImage', 'image')],
    says: ['write docker.io/library/nginx:1.27'],
  },
  {
    name: 'an image that is an option',
    files: { web: 'name = "web"\nimage = "--privileged"\n' },
    lines: [at('2:9', 'ImageSyntax', 'image')],
  },
  short(
    'a variable without a value',
    'env = ["A=1", "AGENT_TOKEN"]\n',
    [at('3:15', 'EnvSyntax', 'env[1]')],
    ['"AGENT_TOKEN=value"'],
  ),
  short('a variable twice', 'env = ["A=1", "A=2"]\n', [at('3:15', 'EnvSyntax', 'env[1]')], ['set twice']),
  short('a variable with a bad name', '[env]\n"A-B" = "x"\n', [at('4:1', 'EnvSyntax', 'env.A-B')]),
  short(
    'a container port alone',
    'ports = ["80"]\n',
    [at('3:10', 'PortSyntax', 'ports[0]')],
    ['write the host port too'],
  ),
  short('an anonymous volume', 'volumes = ["/data"]\n', [at('3:12', 'MountSyntax', 'volumes[0]')], ['"data:/data"']),
  short(
    'a relative host path',
    'volumes = ["./data:/data"]\n',
    [at('3:12', 'MountSyntax', 'volumes[0]')],
    ['the checkout is not on every node'],
  ),
  short('two mounts at one place', 'volumes = ["a:/d", "b:/d/"]\n', [at('3:20', 'DuplicateMount', 'volumes[1]')]),
  short(
    'two unnamed routes',
    '[[routes]]\n[[routes]]\nport = 80\n',
    [at('4:1', 'PortName', 'routes[1]')],
    ['both set $PORT'],
  ),
  short(
    'route names that are one variable',
    '[[routes]]\nname = "a-b"\n[[routes]]\nname = "A_B"\nport = 80\n',
    [at('5:1', 'PortName', 'routes.A_B')],
    ['$PORT_A_B'],
  ),
  short(
    'a route and a variable',
    'env = ["PORT=8080"]\n[[routes]]\n',
    [at('3:7', 'PortName', 'env')],
    ['container_port = 8080'],
  ),
  short('a secret and a variable', 'env = { A = "1" }\nsecrets = [{ name = "s", env = "A" }]\n', [
    at('4:12', 'PortName', 'secrets.s'),
  ]),
  short(
    'two secrets in one variable',
    'secrets = [{ name = "s", env = "A" }, { name = "t", env = "A" }]\n',
    [at('3:39', 'PortName', 'secrets.t')],
    ['secrets s and t both set A'],
  ),
  short(
    'a route and a secret in one variable',
    'secrets = [{ name = "s", env = "PORT" }]\n[[routes]]\n',
    [at('3:11', 'PortName', 'secrets')],
    ['PORT is set by a route'],
  ),
  short('a secret in two places', 'secrets = [{ name = "s", env = "A", target = "a" }]\n', [
    at('3:12', 'BothForms', 'secrets.s'),
  ]),
  short(
    'host ports on the host network',
    'network = "host"\nports = ["80:8080"]\n',
    [at('4:10', 'PortSyntax', 'ports[0]')],
    ['nothing is published'],
  ),
  short('an exec probe without a command', '[health]\ntype = "exec"\n', [at('3:1', 'Health', 'health')]),
  short('a dns probe without a name', 'ports = ["53:53/udp"]\n[health]\ntype = "dns"\n', [
    at('4:1', 'Health', 'health'),
  ]),
  short(
    'a dns probe with a type there is none of',
    'ports = ["53:53/udp"]\n[health]\ntype = "dns"\nexpect = "a.example.net ANY"\n',
    [at('6:10', 'Health', 'health.expect')],
  ),
  short('a probe with what it cannot use', '[health]\ntype = "running"\ncommand = ["x"]\n', [
    at('5:1', 'Health', 'health.command'),
  ]),
  short(
    'a probe without a port',
    '[health]\ntype = "http"\n',
    [at('3:1', 'Health', 'health')],
    ['there is no route and no published port'],
  ),
  short(
    'a probe of an unknown route',
    '[health]\nport = "rest"\n[[routes]]\nname = "web"\n',
    [at('4:8', 'Health', 'health.port')],
    ['routes are web'],
  ),
  short('a schedule without one', '[[jobs]]\nname = "j"\nwhen = "schedule"\n', [at('5:8', 'Schedule', 'jobs.j.when')]),
  short(
    'a schedule that is none',
    '[[jobs]]\nname = "j"\nschedule = "60 * * * *"\n',
    [at('5:12', 'Schedule', 'jobs.j.schedule')],
    ['is not a minute'],
  ),
  short('a time zone for nothing', '[[jobs]]\nname = "j"\ntimezone = "UTC"\n', [
    at('5:1', 'Schedule', 'jobs.j.timezone'),
  ]),
  short('no such time zone', '[[jobs]]\nname = "j"\nschedule = "@daily"\ntimezone = "Mars/Olympus"\n', [
    at('6:12', 'Schedule', 'jobs.j.timezone'),
  ]),
  short(
    'a mounted file that is not there',
    'files = [{ source = "app.ini", target = "/a" }]\n',
    [at('3:21', 'FileMissing', 'files./a.source'.replace('./a', '."/a"'))],
    ['is it committed?'],
  ),
  {
    name: 'a mounted file that asks for a secret nobody gives',
    files: {
      web: `${web}secrets = [{ name = "own", env = "OWN" }]\nfiles = [{ source = "a.ini", target = "/a" }]\n`,
      'services/web/a.ini':
        'é = {{secret:own}}\nb = "{{secret:db-pas}}" {{secret: db-pass }}\nc = {{secret:db-pass}}\n',
      'secrets/db-pass.age': 'x',
    },
    lines: [
      'services/web/a.ini:2:6 UnknownSecret files."/a".source',
      'services/web/a.ini:2:25 UnknownSecret files."/a".source',
    ],
    says: ['there is no secret db-pas', 'did you mean {{secret:db-pass}}?', 'without blanks'],
  },
  {
    name: 'a mounted directory',
    files: { web: `${web}files = [{ source = "conf", target = "/a" }]\n`, 'services/web/conf/a.ini': 'x' },
    lines: [at('3:21', 'FileMissing', 'files."/a".source')],
    says: ['name each file, such as "conf/a.ini"'],
  },
  short('a mounted file from elsewhere', 'files = [{ source = "../../etc/passwd", target = "/a" }]\n', [
    at('3:21', 'WrongValue', 'files."/a".source'),
  ]),
  short(
    'a job of several components',
    '[[jobs]]\nname = "j"\nimage = "same:api"\n',
    [at('5:9', 'UnknownComponent', 'jobs.j.image')],
    ['components are web'],
  ),
];

const two = (a: string, b: string) => ({ a: `name = "a"\n${image}\n${a}`, b: `name = "b"\n${image}\n${b}` });
const fleet = (more: string) => `name = "home"\nzone = "svc.example.net"\n${more}`;

export const crossCases: readonly Case[] = [
  {
    name: 'one service in two files',
    files: { web, other: web },
    lines: ['services/other.toml:1:8 FileName name', at('1:8', 'DuplicateService', 'name')],
    says: ['services/other.toml'],
  },
  {
    name: 'one component twice',
    files: { web: `name = "web"\n${component('a')}${component('a')}` },
    lines: [at('6:8', 'DuplicateName', 'components.a.name')],
    says: ['the other is in line 2'],
  },
  {
    name: 'a job called like a component',
    files: { web: `${web}[[jobs]]\nname = "web"\n` },
    lines: [at('4:8', 'DuplicateName', 'jobs.web.name')],
  },
  {
    name: 'a volume twice',
    files: { web: `name = "web"\n${component('a')}[[volumes]]\nname = "v"\n[[volumes]]\nname = "v"\n` },
    lines: [at('8:8', 'DuplicateName', 'volumes.v.name')],
  },
  {
    name: 'one host port',
    files: two('ports = ["53:53/udp"]\n', 'ports = ["192.0.2.1:53:53/udp"]\n'),
    lines: ['services/b.toml:3:10 DuplicatePort ports[0]'],
    says: ['published by a/a in services/a.toml'],
  },
  {
    name: 'a range over a port',
    files: two('ports = ["8005:80"]\n', 'ports = ["8000-8010:8000-8010"]\n'),
    lines: ['services/b.toml:3:10 DuplicatePort ports[0]'],
  },
  {
    name: 'tcp and udp, and other addresses, are other ports',
    files: two('ports = ["192.0.2.1:53:53/udp"]\n', 'ports = ["192.0.2.1:53:53/tcp", "192.0.2.2:53:53/udp"]\n'),
    lines: [],
  },
  {
    name: 'one host port on two machines',
    files: two('node = "x"\nports = ["53:53"]\n', 'node = "y"\nports = ["53:53"]\n'),
    lines: [],
  },
  {
    name: 'fixed ports and replicas',
    files: { web: `${web}replicas = 2\nports = ["80:80"]\n` },
    lines: [at('3:12', 'DuplicatePort', 'replicas')],
  },
  {
    name: 'one route',
    files: two('[[routes]]\nhostname = "x.example.net"\n', '[[routes]]\nhostname = "X.example.net"\npath = "/"\n'),
    lines: ['services/b.toml:3:1 DuplicateRoute routes'],
    says: ['leads to service "a" in services/a.toml'],
  },
  {
    name: 'one name on two listeners, or paths',
    files: two(
      '[[routes]]\nhostname = "x.example.net"\n',
      '[[routes]]\nname = "p"\nhostname = "x.example.net"\npath = "/p"\n[[routes]]\nhostname = "x.example.net"\nport = 8443\n',
    ),
    lines: [],
  },
  {
    name: 'a service called like a component',
    files: { mcr: `name = "mcr"\n${component('api')}${component('web')}`, 'mcr-api': `name = "mcr-api"\n${image}\n` },
    lines: ['services/mcr.toml:2:1 BaseClash components.api'],
    says: ['mcr-api/mcr-api (services/mcr-api.toml)'],
  },
  {
    name: 'a replica called like a component',
    files: { web: `name = "web"\n${component('a', 'replicas = 2\n')}${component('a-2')}` },
    lines: [at('6:1', 'BaseClash', 'components.a-2')],
  },
  {
    name: 'too long a container name',
    files: { ['w'.repeat(40)]: `name = "${'w'.repeat(40)}"\n${component('a'.repeat(30))}${component('b')}` },
    lines: [`services/${'w'.repeat(40)}.toml:2:1 WrongValue components.${'a'.repeat(30)}`],
  },
  {
    name: 'one network, two stories',
    files: two('[[networks]]\nname = "n"\n', '[[networks]]\nname = "n"\ninternal = true\n'),
    lines: ['services/b.toml:3:1 Conflict networks.n'],
  },
  { name: 'one network, one story', files: two('[[networks]]\nname = "n"\n', '[[networks]]\nname = "n"\n'), lines: [] },
  {
    name: 'an unknown dependency',
    files: two('depends_on = ["bb"]\n', ''),
    lines: ['services/a.toml:3:15 UnknownService depends_on[0]'],
    says: ['did you mean "b"?'],
  },
  {
    name: 'a dependency in a broken file is not unknown',
    files: { ...two('depends_on = ["c"]\n', ''), c: 'name = "c"\n' },
    lines: ['services/c.toml:1:1 MissingKey image'],
  },
  {
    name: 'a dependency on itself',
    files: two('depends_on = ["a"]\n', ''),
    lines: ['services/a.toml:3:15 Cycle depends_on[0]'],
  },
  {
    name: 'services in a circle',
    files: two('depends_on = ["b"]\n', 'depends_on = ["a"]\n'),
    lines: ['services/a.toml:3:14 Cycle depends_on'],
    says: ['a → b → a'],
  },
  {
    name: 'components in a circle',
    files: { web: `name = "web"\n${component('a', 'after = ["b"]\n')}${component('b', 'after = ["a"]\n')}` },
    lines: [at('5:9', 'Cycle', 'components.a.after')],
    says: ['a → b → a'],
  },
  {
    name: 'an unknown component',
    files: { web: `name = "web"\n${component('api', 'after = ["dbx"]\n')}${component('db')}` },
    lines: [at('5:10', 'UnknownComponent', 'components.api.after[0]')],
    says: ['did you mean "db"?'],
  },
  {
    name: 'after in the short form',
    files: { web: `${web}after = ["db"]\n` },
    lines: [at('3:1', 'UnknownComponent', 'after')],
  },
  {
    name: 'a job before and after one component',
    files: {
      web: `name = "web"\n${component('a')}[[jobs]]\nname = "j"\nwhen = "before-update"\nimage = "same:a"\nafter = ["a"]\n`,
    },
    lines: [at('9:9', 'Cycle', 'jobs.j.after')],
  },
  {
    name: 'a dependency that is switched off',
    files: two('depends_on = ["b"]\n', 'active = false\n'),
    lines: ['services/a.toml:3:15 Dependency depends_on[0]'],
  },
  {
    name: 'a later stage',
    files: {
      'fleet.toml': fleet('[[boot.sequence]]\nstage = "one"\nservices = ["a"]\n'),
      ...two('depends_on = ["b"]\n', ''),
    },
    lines: ['services/a.toml:3:15 LaterStage depends_on[0]'],
    says: ['"b" is in stage "services", which comes after "one"'],
  },
  {
    name: 'a later stage on another machine',
    files: {
      'fleet.toml': fleet('[[boot.sequence]]\nstage = "one"\nservices = ["a"]\n'),
      ...two('node = "x"\ndepends_on = ["b"]\n', 'node = "y"\n'),
    },
    lines: [],
  },
  {
    name: 'an unknown stage',
    files: { 'fleet.toml': fleet('[[boot.sequence]]\nstage = "one"\nservices = []\n'), web: `${web}stage = "on"\n` },
    lines: [at('3:9', 'UnknownStage', 'stage')],
    says: ['did you mean "one"?'],
  },
  {
    name: 'a listed service without definition',
    files: { 'fleet.toml': fleet('[[boot.sequence]]\nstage = "one"\nservices = ["wep"]\n'), web },
    lines: ['fleet.toml:5:13 UnknownService boot.sequence.one.services[0]'],
    says: ['did you mean "web"?'],
  },
  {
    name: 'a service in two stages',
    files: {
      'fleet.toml': fleet(
        '[[boot.sequence]]\nname = "one"\nservices = ["web"]\n[[boot.sequence]]\nstage = "two"\nservices = ["web"]\n',
      ),
      web,
    },
    lines: ['fleet.toml:8:13 DuplicateName boot.sequence.two.services[0]'],
  },
  {
    name: 'a stage twice',
    files: {
      'fleet.toml': fleet(
        '[[boot.sequence]]\nname = "one"\nservices = []\n[[boot.sequence]]\nstage = "one"\nservices = []\n',
      ),
    },
    lines: ['fleet.toml:6:1 DuplicateName boot.sequence.one'],
  },
  {
    name: 'a zone twice',
    files: {
      'fleet.toml': fleet(
        '[[zones]]\nzone = "a.example"\ndriver = "none"\n[[zones]]\nzone = "A.example"\ndriver = "none"\n',
      ),
    },
    lines: ['fleet.toml:7:8 DuplicateName zones."A.example".zone'],
  },
  {
    name: 'a wildcard that nobody here can prove',
    files: { 'fleet.toml': fleet('[[zones]]\nzone = "example.com"\ndriver = "hosts"\nwildcard = true\n') },
    lines: ['fleet.toml:6:12 Conflict zones."example.com".wildcard'],
    says: ['proven by a TXT record', 'driver "hosts" writes none in example.com', 'issuer = "cert-files"'],
  },
  {
    name: 'two core nodes',
    files: { 'fleet.toml': fleet('[nodes.a]\nrole = "core"\n[nodes.b]\nrole = "core"\n') },
    lines: ['fleet.toml:6:8 Conflict nodes.b.role'],
    says: ['a has the role core already'],
  },
  {
    name: 'a pin to nowhere',
    files: { 'fleet.toml': fleet('[nodes.rift]\n'), web: `${web}node = "rfit"\n` },
    lines: [at('3:8', 'UnknownNode', 'node')],
    says: ['did you mean "rift"?'],
  },
  {
    name: 'a pin to an edge',
    files: { 'fleet.toml': fleet('[nodes.svc]\nrole = "edge"\n'), web: `${web}node = "svc"\n` },
    lines: [at('3:8', 'UnknownNode', 'node')],
    says: ['it runs no containers'],
  },
  {
    name: 'core without a core',
    files: { 'fleet.toml': fleet('[nodes.rift]\n'), web: `${web}tier = "core"\n` },
    lines: [at('3:8', 'UnknownNode', 'tier')],
  },
  { name: 'a pin where no nodes are named', files: { web: `${web}node = "rift"\n` }, lines: [] },
  {
    name: 'a route without a name',
    files: { 'fleet.toml': 'name = "home"\n', web: `${web}[[routes]]\n` },
    lines: [at('3:1', 'NoHostname', 'routes')],
    says: ['write hostname'],
  },
  {
    name: 'an internal name for the world',
    files: { 'fleet.toml': fleet('[nodes.e]\nrole = "edge"\n'), web: `${web}[[routes]]\npublic = true\n` },
    lines: [at('3:1', 'PublicName', 'routes')],
    says: ["the fleet's own zone"],
  },
  {
    name: 'public without a zone to reach it by',
    files: {
      'fleet.toml': 'name = "home"\n[nodes.e]\nrole = "edge"\n',
      web: `${web}[[routes]]\npublic = true\nhostname = "x.example.com"\n`,
    },
    lines: [at('3:1', 'PublicName', 'routes')],
    says: ['write zone'],
  },
];

const nginx = 'name = "web"\nimage = "docker.io/library/nginx:1.27"\n';
export const portCases: readonly Case[] = [
  {
    name: 'a well-known image with a port of its own',
    files: { web: `${nginx}[[routes]]\n` },
    lines: [at('3:1', 'FixedPort', 'routes')],
    says: ['listens on 80 by default', 'add container_port = 80'],
  },
  { name: 'the same, said', files: { web: `${nginx}[[routes]]\ncontainer_port = 80\n` }, lines: [] },
  { name: 'the same, told', files: { web: `${nginx}cmd = ["sh", "-c", "serve $PORT"]\n[[routes]]\n` }, lines: [] },
  short(
    'health.port says so',
    '[health]\nport = 8080\n[[routes]]\n',
    [at('5:1', 'FixedPort', 'routes')],
    ['health.port says that it listens on 8080'],
  ),
  short(
    'ports say so',
    'ports = ["127.0.0.1:9000:8080"]\n[[routes]]\n',
    [at('4:1', 'FixedPort', 'routes')],
    ['listens on 8080'],
  ),
  short('ports that say nothing about it', 'ports = ["53:53/udp", "53:53/tcp"]\n[[routes]]\n', []),
  short('nothing is known', '[[routes]]\n', []),
];

export const allCases = [...fileCases, ...keyCases, ...valueCases, ...textCases, ...crossCases, ...portCases];
