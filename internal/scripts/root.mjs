// Where the checkout is, and how the scripts start other programs. Imports nothing that npm would have to install.

import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Path of a program that npm installed. */
export function tool(name) {
  return join(root, 'node_modules', '.bin', name);
}

/**
 * Runs a program in the checkout with this terminal and returns its exit code; 1 when it was killed or could not start.
 * `options` are those of `spawnSync`.
 */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error !== undefined) process.stderr.write(`${command}: ${result.error.message}\n`);
  return result.status ?? 1;
}

/** Runs a program of node's own version: scripts and the built command. */
export function runNode(args, options = {}) {
  return run(process.execPath, args, options);
}
