import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort } from 'node:worker_threads';

// What the collectors of the timing bench measure, in a thread of its own.
const server = createServer((_request, response) => response.end('ok'));
server.listen(0, '127.0.0.1', 4096, () => {
  parentPort?.postMessage((server.address() as AddressInfo).port);
});
