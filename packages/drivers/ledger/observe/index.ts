export { ledgerObserver } from './observe.ts';
