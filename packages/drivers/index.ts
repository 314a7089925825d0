export { driverErrors } from './errors.ts';
