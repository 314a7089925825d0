import type { Catalogue } from '@reconcile/core';

/** Errors of the container, file and ledger drivers. A timed-out call is never "absent": its outcome is unknown. */
export const driverErrors = {
  PODMAN_MISSING: { retry: 'backoff', says: 'The podman program could not be started.' },
  PODMAN_HUNG: {
    retry: 'backoff',
    says: 'No answer from podman before the deadline; what it did is unknown and is looked at again.',
  },
  PODMAN_GARBLED: {
    retry: 'backoff',
    says: 'An answer of podman that cannot be understood; the kind counts as unseen, never as absent.',
  },
  PODMAN_FAILED: {
    retry: 'backoff',
    says: 'A refusal or failure of podman that has no code of its own; the cause quotes it.',
  },
  PODMAN_SERVICE: {
    retry: 'backoff',
    says: 'The API service of podman broke off in the middle of a call; its outcome is unknown.',
  },
  PODMAN_NOT_APART: {
    retry: 'on-change',
    says: 'A podman that was to have a place of its own says that it keeps things elsewhere. It was asked, and nothing more was done with it.',
  },
  PODMAN_LOCKS: { retry: 'backoff', says: 'One of the locks of podman could not be had.' },
  PODMAN_NO_SPACE: { retry: 'backoff', says: 'The disk that holds podman storage is full.' },
  PODMAN_DATABASE: {
    retry: 'never',
    says: 'The database of podman does not fit its configuration or user; nothing is written.',
  },
  PODMAN_DAMAGED: {
    retry: 'never',
    says: 'The database or storage of podman is cut short or garbled; nothing is written until it was moved aside.',
  },
  PODMAN_STALE: {
    retry: 'backoff',
    says: 'The API service of podman goes on with a database that is gone; the command line begins a new one first.',
  },
  PODMAN_REBOOT: {
    retry: 'never',
    says: 'A reboot that the run directory of podman did not see; the directories it names must be removed first.',
  },
  PODMAN_IDENTITY: {
    retry: 'never',
    says: 'User, id ranges or storage paths differ from those recorded at first use; nothing is written.',
  },
  PODMAN_NAME_IN_USE: { retry: 'backoff', says: 'The name is taken by something that is not what was to be made.' },
  PODMAN_STORAGE_LEFTOVER: { retry: 'backoff', says: 'A storage leftover keeps the name and could not be released.' },
  PODMAN_NO_SUCH: { retry: 'backoff', says: 'The container, network, volume or secret is gone.' },
  PODMAN_STATE: { retry: 'backoff', says: 'The container is in a state that does not allow this.' },
  PODMAN_IN_USE: { retry: 'backoff', says: 'Something still uses it, so it was not removed.' },
  PODMAN_PORT_IN_USE: { retry: 'backoff', says: 'A published port is held by somebody else.' },
  PODMAN_PORT_REFUSED: { retry: 'on-change', says: 'This user may not publish that port or address.' },
  PODMAN_NO_IMAGE: { retry: 'backoff', says: 'The image is not in local storage; nothing is pulled at create.' },
  PODMAN_IMAGE_MOVED: { retry: 'backoff', says: 'The reference means another image than the pinned one.' },
  PODMAN_PULL_FAILED: { retry: 'backoff', says: 'The image could not be pulled.' },
  PODMAN_BUILD_FAILED: { retry: 'backoff', says: 'The image could not be built.' },
  PODMAN_NO_COMMAND: { retry: 'on-change', says: 'The image has no such command, or it cannot be executed.' },
  PODMAN_NO_NETWORK: { retry: 'backoff', says: 'A network that the container names does not exist.' },
  PODMAN_NO_SECRET: { retry: 'backoff', says: 'A secret that the container names does not exist.' },
  PODMAN_NO_SOURCE: { retry: 'backoff', says: 'A host path that is to be mounted does not exist.' },
  PODMAN_MOUNT_REFUSED: {
    retry: 'on-change',
    says: 'A host path is outside the node policy or leads through a symbolic link.',
  },
  SNAPSHOT_TOOL: {
    retry: 'on-change',
    says: 'A program that snapshots are made with (tar, zstd, podman) failed or is missing.',
  },
  SNAPSHOT_NO_SPACE: {
    retry: 'backoff',
    says: 'There is not room enough for a snapshot, or for what it would restore.',
  },
  SNAPSHOT_NONE: { retry: 'on-change', says: 'There is no such snapshot, or nothing that could be saved.' },
  SNAPSHOT_DAMAGED: {
    retry: 'never',
    says: 'An archive is cut short, was changed, or is not what its list says; nothing was touched.',
  },
  SNAPSHOT_UNSAFE: {
    retry: 'never',
    says: 'An archive would write outside of what it is of, or make devices; nothing was touched.',
  },
  SNAPSHOT_HALF: {
    retry: 'never',
    says: 'Data could neither be replaced nor put back; what was there is beside it, and nobody is started on it.',
  },
  SNAPSHOT_IN_USE: {
    retry: 'backoff',
    says: 'Somebody else runs on the data that is to be restored; nothing was touched.',
  },
  PODMAN_SPEC_REFUSED: { retry: 'on-change', says: 'A value of the definition cannot be handed to podman safely.' },
  PODMAN_NOT_SUPPORTED: { retry: 'on-change', says: 'The definition asks for something this driver cannot do yet.' },
  PODMAN_NOT_OURS: {
    retry: 'on-change',
    says: 'It does not carry our labels, or is not the one the plan saw; it is left alone.',
  },
  PODMAN_EXEC_FAILED: { retry: 'backoff', says: 'A command run inside the container failed.' },
  PODMAN_VERB: {
    retry: 'never',
    says: 'The driver was given an action of a kind or verb that it does not know; a bug.',
  },
  SECRET_MISSING: { retry: 'backoff', says: 'The node file of a secret is gone.' },
  FILE_BLOB_MISSING: { retry: 'backoff', says: 'The content of a mounted file is not in the blob store.' },
  FILE_BLOB_DAMAGED: { retry: 'backoff', says: 'The content of a mounted file does not match its hash.' },
  FILE_PLACE_REFUSED: {
    retry: 'on-change',
    says: 'A mounted file has a place, mode or owner that cannot be given to it.',
  },
  FILE_NO_MEMORY: {
    retry: 'on-change',
    says: 'A mounted file with secrets in it needs a file system in memory, and this machine offers none.',
  },
  FILE_VALUE_MISSING: {
    retry: 'backoff',
    says: 'A secret that a mounted file asks for has no value that could be filled in.',
  },
  FILE_OWNER: { retry: 'backoff', says: 'The owner of a mounted file could not be set.' },
  LEDGER_VERB: { retry: 'never', says: 'The ledger driver was given an action that it does not know; a bug.' },
} as const satisfies Catalogue;
