import type { Worker } from 'node:worker_threads';
import type { Call, Reply, Started } from './protocol.ts';
import { ParleyError, Unavailable } from '../../shared/errors.ts';
import { StoreClosed, StoreFailed } from '../errors.ts';

export type Ready = Extract<Started, { readonly ready: true }>;

interface Waiting {
  resolve(value: unknown): void;
  reject(why: Error): void;
}

/** How many messages may be under way: one that commits and one that is ready to follow. */
const UNDER_WAY = 2;

type Answer<Calls, Name extends keyof Calls> = Calls[Name] extends (...values: never[]) => infer Result
  ? Result
  : never;
type Values<Calls, Name extends keyof Calls> = Calls[Name] extends (...values: infer Taken) => unknown ? Taken : never;

/**
 * The main thread's end of a worker. Calls of one turn of the event loop travel together; while two
 * messages are under way the next calls gather, so that a slow commit is shared by many.
 */
export class WorkerLink<Calls> {
  /** What the worker says when it is ready; rejects when it cannot be. */
  readonly started: Promise<Ready>;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #onFailure: (why: Error) => void;
  readonly #underWay: Waiting[][] = [];
  #calls: Call[] = [];
  #waiting: Waiting[] = [];
  #scheduled = false;
  #closing = false;
  #ended: Error | undefined;
  #starting: { resolve(started: Ready): void; reject(why: Error): void } | undefined;

  /** @param onFailure called once if the worker ends, or says that it must, after it has started */
  constructor(worker: Worker, onFailure: (why: Error) => void) {
    this.#worker = worker;
    this.#onFailure = onFailure;
    this.started = new Promise((resolve, reject) => {
      this.#starting = { resolve, reject };
    });
    worker.on('message', (message: Started | Reply) => {
      if ('ready' in message) this.#start(message);
      else this.#receive(message);
    });
    worker.on('error', (error) => {
      this.fail(new StoreFailed('A thread of the store has failed', { cause: error }));
    });
    this.#exited = new Promise((resolve) => {
      worker.on('exit', (code) => {
        // Closing, it ends as soon as it has answered, perhaps before anybody could take the answer up.
        if (!this.#closing || this.#underWay.length > 0)
          this.fail(new StoreFailed(`A thread of the store has ended with code ${code}`));
        resolve();
      });
    });
  }

  /** Can it be called? */
  get open(): boolean {
    return this.#ended === undefined && !this.#closing;
  }

  /** Resolves with the worker's answer; rejects with `StoreClosed`, `StoreFailed`, or what the call itself threw. */
  call<Name extends keyof Calls & string>(name: Name, ...values: Values<Calls, Name>): Promise<Answer<Calls, Name>> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    if (this.#closing) return Promise.reject(new StoreClosed());
    return this.#push(name, values) as Promise<Answer<Calls, Name>>;
  }

  /** Lets what was called before come to its end, then ends the worker. */
  async close(): Promise<void> {
    if (this.#closing || this.#ended !== undefined) return;
    this.#closing = true;
    try {
      await this.#push('finish', []);
    } finally {
      this.#ended ??= new StoreClosed();
      await this.#exited;
    }
  }

  /** Ends the worker as it is; what is under way, and all later calls, reject with `why`. */
  fail(why: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = why;
    const lost = [...this.#underWay.flat(), ...this.#waiting];
    this.#underWay.length = 0;
    this.#calls = [];
    this.#waiting = [];
    for (const one of lost) one.reject(why);
    if (this.#starting === undefined) this.#onFailure(why);
    else this.#starting.reject(why);
    void this.#worker.terminate();
  }

  #push(name: string, values: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#calls.push([name, ...values]);
      this.#waiting.push({ resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#calls.length === 0 || this.#underWay.length >= UNDER_WAY) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#send();
    });
  }

  #send(): void {
    if (this.#ended !== undefined || this.#calls.length === 0) return;
    const calls = this.#calls;
    const waiting = this.#waiting;
    this.#calls = [];
    this.#waiting = [];
    try {
      this.#worker.postMessage(calls);
      this.#underWay.push(waiting);
    } catch (error) {
      const why = new StoreFailed('A call to the store could not be sent', { cause: error });
      for (const one of waiting) one.reject(why);
    }
  }

  #start(message: Started): void {
    if (message.ready) {
      this.#starting?.resolve(message);
      this.#starting = undefined;
      return;
    }
    const { code, message: text } = message;
    this.fail(
      code === 'store_failed' ? new StoreFailed(`The store cannot be opened: ${text}`) : new Unavailable(code, text),
    );
  }

  #receive(reply: Reply): void {
    const waiting = this.#underWay.shift() ?? [];
    const failures = new Map(reply.failures.map((failure) => [failure.index, failure]));
    waiting.forEach((one, index) => {
      const failure = failures.get(index);
      if (failure === undefined) one.resolve(reply.results[index]);
      else if (failure.code === 'store_failed') one.reject(new StoreFailed(failure.message));
      else one.reject(new ParleyError(failure.code, 500, failure.message));
    });
    if (reply.fatal === undefined) this.#schedule();
    else this.fail(new StoreFailed(reply.fatal));
  }
}
