import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Readable, Writable } from 'node:stream';

/** A page in Debian's Chromium, driven over its debugging pipe: no driver, no WebSocket. */
export interface BrowserPage {
  /** Opens an address and waits until it has loaded. */
  open(url: string): Promise<void>;
  /** Evaluates an expression, awaits it, and returns its JSON value. Rejects with the page's own exception. */
  evaluate(expression: string): Promise<unknown>;
  close(): Promise<void>;
}

interface Reply {
  readonly id?: number;
  readonly method?: string;
  readonly result?: { readonly [name: string]: unknown };
  readonly error?: { readonly message: string };
}

/** Background services are off: on a machine without the internet they fill the log and cost seconds. */
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  '--remote-debugging-pipe',
];

/** Starts a browser with one empty page and a profile of its own. */
export async function startChromium(): Promise<BrowserPage> {
  const profile = mkdtempSync(join(tmpdir(), 'patchwork-chromium-'));
  const browser = spawn('chromium', [...flags, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const send = connect(browser);
  const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  const evaluate = async (expression: string): Promise<unknown> => {
    const answer = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }, sessionId);
    if (answer['exceptionDetails'] !== undefined)
      throw new TypeError(`page: ${JSON.stringify(answer['exceptionDetails'])}`);
    return (answer['result'] as { readonly value?: unknown }).value;
  };
  return {
    evaluate,
    open: async (url) => {
      await send('Page.navigate', { url }, sessionId);
      await evaluate(
        `new Promise((done) => document.readyState === 'complete' ? done() : addEventListener('load', done))`,
      );
    },
    close: async () => {
      const exit = new Promise((done) => browser.once('exit', done));
      // Its own goodbye ends its children first; killed, it would leave some that still write into the profile.
      const goodbye = send('Browser.close', {}).catch(() => undefined);
      await Promise.race([exit, sleep(10_000, undefined, { ref: false })]);
      browser.kill('SIGKILL');
      await Promise.all([exit, goodbye]);
      rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
}

type Send = (
  method: string,
  params: { readonly [name: string]: unknown },
  sessionId?: unknown,
) => Promise<{ readonly [name: string]: unknown }>;

/** Messages are JSON, each closed by a NUL: ours go to descriptor 3, the browser's come from descriptor 4. */
function connect(browser: ChildProcess): Send {
  const toBrowser = browser.stdio[3] as Writable;
  const fromBrowser = browser.stdio[4] as Readable;
  const waiting = new Map<
    number,
    { readonly resolve: (reply: Reply) => void; readonly reject: (error: Error) => void }
  >();
  let lastId = 0;
  let rest = '';
  fromBrowser.setEncoding('utf8').on('data', (text: string) => {
    const messages = (rest + text).split('\0');
    rest = messages.pop() ?? '';
    for (const message of messages) {
      const reply = JSON.parse(message) as Reply;
      if (reply.id !== undefined) waiting.get(reply.id)?.resolve(reply);
    }
  });
  browser.once('error', (error) => {
    for (const { reject } of waiting.values()) reject(error);
  });
  browser.once('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new TypeError(`chromium ended with ${code}`));
  });
  return async (method, params, sessionId) => {
    lastId += 1;
    const id = lastId;
    const answer = new Promise<Reply>((resolve, reject) => waiting.set(id, { resolve, reject }));
    toBrowser.write(`${JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`);
    const { result, error } = await answer;
    waiting.delete(id);
    if (error !== undefined || result === undefined) throw new TypeError(`chromium, ${method}: ${error?.message}`);
    return result;
  };
}
