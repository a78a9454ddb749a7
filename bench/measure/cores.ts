/** Servers have one core and the load another, so that neither takes time from the other. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;
