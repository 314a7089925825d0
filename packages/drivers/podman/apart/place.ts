type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Directories of a podman that shares nothing with the user's own: on disk what it keeps, in the user's runtime directory what
 * runs (a path to a socket has little room). All absolute, all made by whoever made the place.
 */
export interface ApartPlace {
  readonly home: string;
  readonly storage: string;
  readonly run: string;
  readonly temporary: string;
}

/** The user's own podman, as far as the other one needs to know. */
export interface OwnPodman {
  readonly graphRoot: string;
  readonly volumePath: string;
  readonly driver: string;
  /** fuse-overlayfs, where it is used; '' otherwise. */
  readonly mountProgram: string;
}

/** Files of the user's that it goes by as well; absent where there are none. */
export interface OwnFiles {
  readonly registries?: string;
  readonly credentials?: string;
  /** Where the user's systemd listens: limits of containers come from there. */
  readonly bus?: string;
}

/** Everything podman finds its directories by; nothing of the caller's that could name others. */
export function apartEnvironment(place: ApartPlace, own: Environment, files: OwnFiles): Environment {
  const { PATH, USER, LOGNAME } = own;
  return {
    PATH,
    USER,
    LOGNAME,
    HOME: place.home,
    XDG_RUNTIME_DIR: place.run,
    TMPDIR: place.temporary,
    CONTAINERS_REGISTRIES_CONF: files.registries,
    REGISTRY_AUTH_FILE: files.credentials,
    DBUS_SESSION_BUS_ADDRESS:
      own.DBUS_SESSION_BUS_ADDRESS ?? (files.bus === undefined ? undefined : `unix:path=${files.bus}`),
  };
}

/** storage.conf: the same storage driver, and the user's images as a store that is only read. */
export function apartStorageConf(place: ApartPlace, own: OwnPodman): string {
  const lines = [
    '[storage]',
    `driver = ${quoted(own.driver)}`,
    `graphroot = ${quoted(place.storage)}`,
    `runroot = ${quoted(`${place.run}/containers`)}`,
    '[storage.options]',
    `additionalimagestores = [${quoted(own.graphRoot)}]`,
  ];
  if (own.mountProgram !== '') lines.push('[storage.options.overlay]', `mount_program = ${quoted(own.mountProgram)}`);
  return `${lines.join('\n')}\n`;
}

/**
 * The last word of containers.conf. `lock_type`: podman's locks in shared memory are one file per user id; a second podman there
 * would take locks from under the first.
 */
export function apartContainersConf(place: ApartPlace): string {
  return `[engine]
lock_type = "file"
static_dir = ${quoted(`${place.storage}/libpod`)}
tmp_dir = ${quoted(temporaryDir(place))}
volume_path = ${quoted(`${place.storage}/volumes`)}
[network]
network_config_dir = ${quoted(`${place.storage}/networks`)}
`;
}

/** podman's `tmp_dir` there. */
export function temporaryDir(place: ApartPlace): string {
  return `${place.run}/libpod/tmp`;
}

/** TOML's basic string has the escapes of JSON. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
