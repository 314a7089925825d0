export { ledgerDriver } from './driver.ts';
export { ledgerObserver } from './observe/index.ts';
