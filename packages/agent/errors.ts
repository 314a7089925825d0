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
  REQUEST_INACTIVE: {
    retry: 'on-change',
    says: 'The service is stopped by its definition, so there is nothing to restart. Nothing was asked for.',
  },
} as const satisfies Catalogue;

export const fail = errorFactory(agentErrors);
