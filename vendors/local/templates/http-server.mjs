// A small HTTP server: what the local vendor runs when no other template is asked for. It answers
// every request with 200 and what it knows about itself, tells its port in a file, and stops on SIGTERM.
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import process from 'node:process';

const { PARLEY_NAME = 'instance', PARLEY_PORT = '0', PARLEY_READY = '', PARLEY_MOUNTS = '' } = process.env;
const began = Date.now();
let requests = 0;

function mounts() {
  try {
    return readdirSync(PARLEY_MOUNTS).sort();
  } catch {
    return [];
  }
}

const server = createServer((request, response) => {
  requests += 1;
  const body = JSON.stringify({
    name: PARLEY_NAME,
    path: request.url,
    pid: process.pid,
    upSeconds: Math.round((Date.now() - began) / 1000),
    requests,
    mounts: mounts(),
  });
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(`${body}\n`);
});

server.on('listening', () => {
  if (PARLEY_READY === '') return;
  // Renamed into place, so that nobody reads half of it.
  writeFileSync(`${PARLEY_READY}.new`, JSON.stringify({ port: server.address().port, pid: process.pid }));
  renameSync(`${PARLEY_READY}.new`, PARLEY_READY);
});

// The port it had before may belong to somebody else by now: then any other.
server.on('error', (error) => {
  if (error.code !== 'EADDRINUSE' || PARLEY_PORT === '0') throw error;
  server.listen(0, '127.0.0.1');
});

process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});

server.listen(Number(PARLEY_PORT), '127.0.0.1');
