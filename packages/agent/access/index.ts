export { bearerOf, type Vouchers } from './bearer.ts';
export { insist, unauthenticated, type Wish } from './decide.ts';
export { Failures } from './failures.ts';
export { insistOnSignature, signatureHeader, signatureOf } from './hook.ts';
export { LoginCodes } from './login-codes.ts';
export { isAtLeast, type Role, roleOf, roles, servicesOf } from './role.ts';
export { csrfOf, isSame } from './secret.ts';
export { accessTable, type Method, type Rule, ruleOf } from './table.ts';
export { createSession, createToken, endToken, type Made, type TokenWish, tokenOf } from './tokens.ts';
