import { StoreTrouble, type DriverContext } from '../../model/driver.ts';
import type { AzureAccess } from './azure-client.ts';
import { answerTrouble, azureAnswer, azureTrouble, type AzureAnswer } from './azure-trouble.ts';
import { MadeOnDemand } from './made-on-demand.ts';

/** Options that every call of the SDK takes. */
export interface Abort {
  readonly abortSignal?: AbortSignal;
}

export interface AzureCallsOptions {
  readonly access: Pick<AzureAccess, 'containerName' | 'sdk'>;
  /** Make the container with the first write when it is not there, and take a missing one for an empty one. */
  readonly isMade: boolean;
  readonly patiently: DriverContext['patiently'];
}

/** Calls to one container, with the SDK's errors as trouble. */
export class AzureCalls {
  /** The container, where it comes with the first write. */
  readonly home: MadeOnDemand;
  readonly #options: AzureCallsOptions;

  constructor(options: AzureCallsOptions) {
    this.#options = options;
    const make = async (signal: AbortSignal | undefined): Promise<void> => {
      await this.ask('creating the container', signal, async (abort) => {
        const { container } = await options.access.sdk();
        return container.createIfNotExists(abort);
      });
    };
    this.home = new MadeOnDemand({ isMade: options.isMade, make });
  }

  /** One call; `what` names it in trouble, as in `PUT a/b`. */
  async ask<T>(what: string, signal: AbortSignal | undefined, call: (abort: Abort) => Promise<T>): Promise<T> {
    try {
      return await call(signal === undefined ? {} : { abortSignal: signal });
    } catch (error) {
      // The SDK has an error of its own for aborts; callers wait for theirs.
      if (signal?.aborted === true) throw signal.reason;
      throw this.trouble(error, what);
    }
  }

  /** One call of a longer work, tried again by the store's own rules. */
  patiently<T>(what: string, signal: AbortSignal | undefined, call: (abort: Abort) => Promise<T>): Promise<T> {
    return this.#options.patiently(() => this.ask(what, signal, call), signal);
  }

  trouble(error: unknown, what: string): unknown {
    const answer = azureAnswer(error);
    if (answer?.code === 'ContainerNotFound') return this.noContainer(answer.headers['x-ms-request-id']);
    return azureTrouble(error, this.#inContainer(what));
  }

  /** The same of an answer to a request that is not the SDK's. */
  refusal(answer: AzureAnswer, url: string, what: string): StoreTrouble {
    if (answer.code === 'ContainerNotFound') return this.noContainer(answer.headers['x-ms-request-id']);
    return answerTrouble(answer, url, this.#inContainer(what));
  }

  #inContainer(what: string): string {
    return `${what} in az://${this.#options.access.containerName}`;
  }

  noContainer(requestId?: string): StoreTrouble {
    const why = `there is no container ${this.#options.access.containerName}; createContainer: true would make it`;
    return new StoreTrouble('no-bucket', why, { status: 404, ...(requestId === undefined ? {} : { requestId }) });
  }
}
