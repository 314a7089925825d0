// By its named parts, so that a bundle finds them; loaded when something is ordered, never to look.
export { axios, Client, crypto } from 'acme-client';
