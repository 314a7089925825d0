import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of the command itself. */
export const cliErrors = {
  BAD_TIME: { retry: 'on-change', says: 'A moment or span on the command line cannot be understood.' },
  BAD_NUMBER: { retry: 'on-change', says: 'A number on the command line cannot be understood.' },
  STAGE_UNKNOWN: { retry: 'on-change', says: 'The node has no boot stage of that name; the known ones are named.' },
  PLAN_UNREADABLE: { retry: 'on-change', says: 'What was given to apply is neither a plan id nor a plan file.' },
  RESTORE_NONE: { retry: 'on-change', says: 'There is no snapshot of that service here to restore. Nothing was done.' },
  REF_UNTRIED: {
    retry: 'never',
    says: 'Another commit than the branch has can only be tried: with --confirm-within. Nothing was done.',
  },
  OUT_UNWRITABLE: {
    retry: 'on-change',
    says: 'The file that was named for output cannot be written. Nothing else was done.',
  },
  NO_CHECKOUT: {
    retry: 'on-change',
    says: 'No checkout of the fleet was found that this user can edit; the ways to name one are listed. Nothing was changed.',
  },
  FLEET_UNREADABLE: {
    retry: 'on-change',
    says: 'The checkout was found, but its branch cannot be read; the message says why. Nothing was changed.',
  },
  SET_SYNTAX: { retry: 'never', says: 'What was given to set is not of the form field=value.' },
  SET_FIELD: {
    retry: 'on-change',
    says: 'The definition has no place for that field, or it is written in a way that only a hand can change. Nothing was changed.',
  },
  DEFINITION_UNREADABLE: { retry: 'on-change', says: 'The file given as a definition cannot be read.' },
  EDIT_INVALID: {
    retry: 'on-change',
    says: 'The changed definition would not be accepted; every problem is named. Nothing was changed.',
  },
  EDIT_REFUSED: {
    retry: 'on-change',
    says: 'The change could not be committed; it is printed as a patch. Nothing was changed.',
  },
  NO_VERSION: {
    retry: 'on-change',
    says: 'There is no such earlier version of the definition to go back to; the known ones are named. Nothing was changed.',
  },
  INIT_EXISTS: {
    retry: 'on-change',
    says: 'Where init would write, something is there already; it is named. Nothing was written.',
  },
  ADOPT_NONE: {
    retry: 'on-change',
    says: 'No container can be taken over for that; why is said of each. Nothing was changed.',
  },
  ADOPT_WHICH: { retry: 'on-change', says: 'Several containers would do; one has to be named. Nothing was changed.' },
  ADOPT_RESTARTS: {
    retry: 'on-change',
    says: 'The container differs from its definition, so the pass would replace it, and that was not asked for. Nothing was changed.',
  },
  SECRET_EMPTY: {
    retry: 'on-change',
    says: 'Nothing came on stdin, where the value of a secret is read. Nothing was changed.',
  },
  SECRET_NAME: { retry: 'never', says: 'That cannot be the name of a secret. Nothing was changed.' },
  SECRET_UNKNOWN: {
    retry: 'on-change',
    says: 'The repository has no value of that secret to rotate. Nothing was changed.',
  },
  IMPORT_UNREADABLE: { retry: 'on-change', says: 'A file that was to be imported is not there. Nothing was written.' },
  IMPORT_EXISTS: {
    retry: 'on-change',
    says: 'Where import would write a definition, one is there already; it is named. Nothing was written.',
  },
  INSTALL_FROM_SOURCES: {
    retry: 'on-change',
    says: 'The command runs from its sources, which no unit should; the package is installed first. Nothing was written.',
  },
  NOTHING_TO_VALIDATE: {
    retry: 'on-change',
    says: 'The path is not there, or is neither a fleet, nor a definition, nor a node.toml.',
  },
  NO_AGENT: { retry: 'on-change', says: 'No agent runs on this node, and what was asked for needs one.' },
  AGENT_SILENT: {
    retry: 'backoff',
    says: 'The agent that was to do it ended, or was no longer waited for; what was begun is finished or made good by the next pass.',
  },
  CLIENT_INVALID: { retry: 'on-change', says: 'client.toml has mistakes; the message names each with its line.' },
} as const satisfies Catalogue;

export const fail = errorFactory(cliErrors);
