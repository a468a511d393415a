import { compose } from './compose.ts';
import { InvalidConfig, loadConfig } from './config/load.ts';
import { ParleyError } from './shared/errors.ts';
import { jsonLogger } from './shared/logger.ts';

/**
 * The service as a process: configuration, parts, and a stop in order on SIGTERM or SIGINT. Exit
 * codes: 0 stopped in order, 1 failed, 2 the configuration cannot be used.
 */
async function main(): Promise<void> {
  const config = await loadConfig(process.env);
  const log = jsonLogger(config.log);
  const service = await compose(config, {
    log,
    env: process.env,
    bootstrapToken: process.env['PARLEY_BOOTSTRAP_TOKEN'],
  });

  let stopping = false;
  const stop = (reason: string, code: number): void => {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, 'stopping');
    void service.stop().then((clean) => {
      log.info({ clean }, 'stopped');
      process.exit(clean ? code : 1);
    });
  };
  process.on('SIGTERM', () => {
    stop('SIGTERM', 0);
  });
  process.on('SIGINT', () => {
    stop('SIGINT', 0);
  });
  process.on('unhandledRejection', (error) => {
    log.error({ err: error }, 'a promise was rejected and nobody listened');
    stop('unhandledRejection', 1);
  });
  void service.failed.then((error) => {
    log.error({ err: error }, 'the store failed');
    stop('store failed', 1);
  });

  if (service.firstToken !== undefined)
    process.stderr.write(`\nFirst access token (role operator), shown this once:\n\n  ${service.firstToken}\n\n`);
  log.info({ url: service.url, pid: process.pid, data: config.data }, 'ready');
}

main().catch((error: unknown) => {
  if (error instanceof InvalidConfig) {
    process.stderr.write(`${error.message}:\n`);
    for (const { path, detail } of error.problems) process.stderr.write(`  ${path === '' ? '/' : path}: ${detail}\n`);
    process.exit(2);
  }
  const text =
    error instanceof ParleyError ? error.message : error instanceof Error ? (error.stack ?? '') : String(error);
  process.stderr.write(`parley cannot start: ${text}\n`);
  process.exit(1);
});
