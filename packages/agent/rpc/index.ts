export { rpcAnswers } from './answers.ts';
export { Door, type DoorOptions } from './door.ts';
