import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of a node's composition: its configuration. */
export const agentErrors = {
  CONFIG_NONE: { retry: 'on-change', says: 'No node.toml was found in any of the places it may lie.' },
  CONFIG_MISSING: { retry: 'on-change', says: 'The node.toml that was named is not there or cannot be read.' },
  CONFIG_UNSAFE: {
    retry: 'on-change',
    says: 'Somebody else could change node.toml: wrong owner, or writable for others.',
  },
  CONFIG_INVALID: {
    retry: 'on-change',
    says: 'node.toml has mistakes; the message names each with its line. Nothing was done.',
  },
  RECORD_NO_DRIVER: { retry: 'on-change', says: 'node.toml no longer has a table for the zone of a record.' },
  ISSUER_NO_DRIVER: { retry: 'on-change', says: 'node.toml no longer has a table for the issuer of a certificate.' },
  CA_NONE: { retry: 'on-change', says: 'This node has no root of its own, or none yet.' },
  NODE_BUSY: { retry: 'backoff', says: 'Another process writes on this node; it was named. Nothing was done.' },
  NODE_UNFIT: {
    retry: 'on-change',
    says: 'Writing would harm this node: its user id, directories or id ranges are not the recorded or declared ones. Nothing was done.',
  },
  SOURCE_NOTHING: {
    retry: 'on-change',
    says: 'The source gave nothing that can be applied, and no earlier snapshot is known. Nothing was done.',
  },
  SOURCE_BEHIND: {
    retry: 'on-change',
    says: 'The source of this node does not have the change that was made, so there is nothing to carry out here yet.',
  },
  REQUEST_UNKNOWN: {
    retry: 'on-change',
    says: 'Nothing of that name runs on this node; what does is named. Nothing was asked for.',
  },
  DATA_UNKNOWN: {
    retry: 'on-change',
    says: 'That service has no data here of the kind that was asked for; what it has is named. Nothing was done.',
  },
  SECRET_KEY_UNSAFE: { retry: 'on-change', says: 'Others could read the key of this node; it is not used.' },
  SECRET_SEALED: {
    retry: 'on-change',
    says: 'An encrypted value of the repository cannot be opened on this node; why is said. What runs keeps what it has.',
  },
  INSTALL_FOREIGN: {
    retry: 'on-change',
    says: 'Where install would write a unit lies one that it did not write; it is named. Nothing was changed.',
  },
  INSTALL_OTHER: {
    retry: 'on-change',
    says: 'This user has the agent of another node.toml installed; it is named. Nothing was changed.',
  },
  INSTALL_REFUSED: {
    retry: 'on-change',
    says: 'What systemd was asked to do it refused; its words are quoted. Units that were written are put back as they were.',
  },
  REQUEST_INACTIVE: {
    retry: 'on-change',
    says: 'The service is stopped by its definition, so there is nothing to restart. Nothing was asked for.',
  },
} as const satisfies Catalogue;

export const fail = errorFactory(agentErrors);
