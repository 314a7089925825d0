import { type Catalogue, errorFactory } from '@reconcile/core';

/** Errors of the door: who may come in, and with what. */
export const accessErrors = {
  NOT_AUTHENTICATED: { retry: 'on-change', says: 'Nothing was shown that says who asks, or it is not valid any more.' },
  NOT_ALLOWED: { retry: 'on-change', says: 'Who asks is known and may not do this; what is missing is named.' },
  BAD_QUESTION: {
    retry: 'never',
    says: 'What was asked over gRPC is not of the form that the call wants. Nothing was done.',
  },
  GRPC_NO_TLS: {
    retry: 'on-change',
    says: 'node.toml names addresses for gRPC and no certificates; the agent goes on without those addresses.',
  },
  FOREIGN_ORIGIN: { retry: 'never', says: 'A page of another site asked for it. Nothing was done.' },
  TOO_MANY_FAILURES: { retry: 'backoff', says: 'Too many failed attempts from this address; it has to wait.' },
  LOGIN_OVER: { retry: 'on-change', says: 'A login code opens once and within a minute; this one does not.' },
  TOKEN_INVALID: {
    retry: 'on-change',
    says: 'A token was asked for that cannot be; the message says why. None was made.',
  },
  TOKEN_UNKNOWN: { retry: 'on-change', says: 'No token of that name or id is in force.' },
  HOOK_UNSIGNED: {
    retry: 'on-change',
    says: 'A webhook came without a signature of its body by the secret that both sides know. Nothing was done.',
  },
  ISSUER_UNKNOWN: { retry: 'on-change', says: 'No issuer of [auth] vouches for this token; the reason is named.' },
} as const satisfies Catalogue;

export const fail = errorFactory(accessErrors);
