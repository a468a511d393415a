import { Client, RENDERINGS, type RenderingName } from './client.ts';
import { startWhole, type Service } from './service.ts';

export interface Suite {
  /** One test for each rendering; its name ends in the media type. */
  readonly each: (
    title: string,
    test: (client: Client) => Promise<void>,
    renderings?: readonly RenderingName[],
  ) => void;
  /** One test, with a client of text/plain. */
  readonly once: (title: string, test: (client: Client) => Promise<void>) => void;
  readonly service: () => Service;
}

/** Tests against one running service; `title` names the document that they are about. */
export function conformance(title: string, define: (suite: Suite) => void): void {
  describe(`conformance: ${title}`, function () {
    this.timeout(60_000);
    let running: Service | undefined;
    const service = (): Service => {
      if (running === undefined) throw new Error('the service is not started yet');
      return running;
    };
    before(async () => {
      running = await startWhole();
    });
    after(() => running?.stop());
    define({
      service,
      each(name, test, renderings = RENDERINGS) {
        for (const rendering of renderings) it(`${name} [${rendering}]`, () => test(new Client(service(), rendering)));
      },
      once(name, test) {
        it(name, () => test(new Client(service(), 'text/plain')));
      },
    });
  });
}
