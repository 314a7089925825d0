/** Where the API answers about a service, or about one of its slots. */
export const pathOf = (name: string) => `/api/v1/services/${encodeURIComponent(name)}`;
