// Adds a bearer token to every request that has none: node bearer-proxy.mjs TARGET_ORIGIN TOKEN_FILE
// For clients that cannot send one, like the conformance suite. Prints the port it listens on (127.0.0.1, PORT or any free one).
// The token file is read anew for each request. Streams both ways; leaves foreign Host and Origin headers as they are,
// so that a test of DNS rebinding through the proxy still tests the server.
import fs from 'node:fs';
import http from 'node:http';

const [targetOrigin, tokenFile] = process.argv.slice(2);
const target = new URL(targetOrigin);
let own; // "host:port" forms of this proxy

const server = http.createServer((request, response) => {
  const headers = { ...request.headers };
  headers.authorization ??= `Bearer ${fs.readFileSync(tokenFile, 'utf8').trim()}`;
  if (own.includes(headers.host)) headers.host = target.host;
  if (own.some((host) => headers.origin === `http://${host}`)) headers.origin = target.origin;

  const upstream = http.request(
    { host: target.hostname, port: target.port, method: request.method, path: request.url, headers },
    (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      response.flushHeaders();
      answer.pipe(response);
    },
  );
  upstream.on('error', (error) => {
    if (!response.headersSent) response.writeHead(502);
    response.end(String(error));
  });
  response.on('close', () => upstream.destroy());
  request.pipe(upstream);
});

server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  const { port } = server.address();
  own = [`127.0.0.1:${port}`, `localhost:${port}`];
  console.log(port);
});
