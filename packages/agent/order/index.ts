export { checkRequest } from './ask.ts';
export { carryOutOrder, type MakePass, sourceOf } from './carry-out.ts';
export type { OrderContext, OrderListener } from './context.ts';
