import { fileURLToPath } from 'node:url';

/** Path of the built program. This file stands beside it, and so does the bundle that this file may be part of. */
export const mainPath: string = fileURLToPath(new URL('./main.js', import.meta.url));
