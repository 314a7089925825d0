export { type Executing, execute } from './carry-out.ts';
export { execContainer } from './where.ts';
