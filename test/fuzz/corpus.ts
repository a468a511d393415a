import type { Input } from './input.ts';

/** Messages as clients of several kinds send them, well-formed and not; fuzzing starts from these. */

const INFRASTRUCTURE = 'http://schemas.ogf.org/occi/infrastructure#';
const COMPUTE = `compute; scheme="${INFRASTRUCTURE}"; class="kind"`;
const UUID = '01a1ff1a-95f2-7384-92f1-610114a54ae9';

const bodies: readonly string[] = [
  `Category: ${COMPUTE}\nX-OCCI-Attribute: occi.compute.cores=2\nX-OCCI-Attribute: occi.compute.hostname="web-1"\n`,
  // Lower case, LF CR, no class, no quotes, a semicolon at the end.
  `category: compute; scheme=${INFRASTRUCTURE};\n\rx-occi-attribute: occi.compute.cores="2", occi.compute.memory = 1e0`,
  // Folded, CRLF, long form, location before rel.
  `Category: compute;\r\n  scheme="${INFRASTRUCTURE}";\r\n\tclass="kind"; title="A; b, \\"c\\""; location="/compute/"; rel="http://schemas.ogf.org/occi/core#resource"; attributes="occi.compute.cores occi.compute.state{immutable}"; actions="http://schemas.ogf.org/occi/infrastructure/compute/action#start"\r\n`,
  `Category: ${COMPUTE}, small; scheme="http://schemas.ogf.org/occi/infrastructure/compute/template/1.1#"; class=mixin
Link: </storage/${UUID}>; rel="${INFRASTRUCTURE}storage"; self="/storagelink/1"; category="${INFRASTRUCTURE}storagelink"; occi.core.id="a"; occi.core.source="/compute/x"; occi.core.target="/storage/${UUID}"; occi.storagelink.deviceid="/dev/vdb"
Link: </compute/${UUID}?action=start>; rel="http://schemas.ogf.org/occi/infrastructure/compute/action#start"
X-OCCI-Attribute: occi.core.id="Compute_1700000000"
X-OCCI-Attribute: occi.core.title="How's your quotes escaping? \\", occi.compute.memory=1.0"
X-OCCI-Attribute: org.test.plan="{\\"a\\":[1,-2.5e3,null,\\"\\\\\\\\\\"]}"
X-OCCI-Attribute: org.test.tags="[\\"x\\",{}]", org.test.on=True\n`,
  `Category: start; scheme="http://schemas.ogf.org/occi/infrastructure/compute/action#"; class="action"\nX-OCCI-Attribute: method="graceful"\n`,
  `Category: my_stuff; scheme="http://example.com/occi/my_stuff#"; class="mixin"; rel="http:/example.com/occi/something_else#mixin"; location="/my_stuff/"`,
  `X-OCCI-Location: http://127.0.0.1:8080/compute/${UUID}, /compute/${UUID}\nX-OCCI-Location: urn:uuid:${UUID}\n`,
  `# members\r\nhttp://127.0.0.1:8080/compute/${UUID}\r\n/compute/${UUID}\r\n`,
  'X-OCCI-Attribute: occi.core.title="My "VM", x"',
  'X-OCCI-Attribute: org.test.label="Z\u00c3\u00bcrich \u00e6\u0097\u00a5\u00e6\u009c\u00ac", a=-1, b=1e3, c=, d=abc',
  'OK',
  '',
  JSON.stringify({
    kind: `${INFRASTRUCTURE}compute`,
    id: `urn:uuid:${UUID}`,
    title: 'One',
    summary: 'Two',
    mixins: ['http://schemas.ogf.org/occi/infrastructure/compute/template/1.1#small'],
    attributes: { 'occi.compute.cores': 2, 'occi.compute.memory': 0.5, 'org.test.plan': { a: [null, true, 'x'] } },
    actions: [],
    links: [
      {
        kind: `${INFRASTRUCTURE}storagelink`,
        attributes: { 'occi.storagelink.deviceid': '/dev/vdb' },
        target: { location: `/storage/${UUID}`, kind: `${INFRASTRUCTURE}storage` },
      },
    ],
  }),
  JSON.stringify({ resources: [{ kind: `${INFRASTRUCTURE}network`, attributes: {} }], links: [] }),
  JSON.stringify({ kind: `${INFRASTRUCTURE}storagelink`, source: `/compute/${UUID}`, target: 'https://example.org/' }),
  JSON.stringify({
    action: 'http://schemas.ogf.org/occi/infrastructure/compute/action#stop',
    attributes: { method: 'x' },
  }),
  JSON.stringify({
    mixins: [{ term: 'mine', scheme: 'http://example.org/mine#', location: '/mine/', depends: [], applies: [] }],
  }),
  '{"attributes":{"constructor":{"prototype":{"x":1}},"\\ud83d\\ude00":1e999,"__proto__":{}}}',
  '{"kind": "a#b", "attributes": {"occi": {"compute": {"cores": 2}}},}',
];

/** The lines of a body, as the headers of text/occi. */
function asHeaders(body: string): string[] {
  return body.split(/[\r\n]+/).flatMap((line) => {
    const colon = line.indexOf(': ');
    return colon < 0 ? [] : [line.slice(0, colon), line.slice(colon + 2)];
  });
}

const others: readonly string[] = [
  ...['Accept', 'text/plain;q=0.5, application/occi+json, text/*;q=0.1, */*;q=0'],
  ...['Content-Type', 'text/plain,text/occi; charset="utf-8"'],
  ...['User-Agent', 'rOCCI-core/4.3.6 rOCCI-api/4.3.15 OCCI/1.1'],
  ...['If-Match', '"1-json", W/"2.abc-text", *', 'If-None-Match', '*'],
  ...['Prefer', 'respond-async, wait=30', 'Idempotency-Key', '"a\\"b"'],
];

const urls: readonly string[] = [
  `/compute/${UUID}?action=start&x=%C3%BC+1`,
  '/-/?pattern=true',
  'http://localhost:8080//compute//?page=1&number=10&after=abc%2F',
  '*',
  '/a%2Fb/%00?=&=&a',
];

export const corpus: readonly Input[] = bodies.flatMap((body, index): Input[] => [
  { headers: others, body, url: urls[index % urls.length] ?? '/' },
  { headers: [...asHeaders(body), ...others], body: 'OK', url: urls[(index + 1) % urls.length] ?? '/' },
]);
