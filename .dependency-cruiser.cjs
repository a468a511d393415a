// Who may import whom: the one table that the structure check enforces.
const may = {
  shared: [],
  config: ['shared'],
  terms: ['shared'],
  occi: ['shared'],
  rules: ['shared'],
  archive: ['shared'],
  infrastructure: ['shared', 'occi', 'terms'],
  auth: ['shared', 'occi'],
  notify: ['shared', 'occi'],
  'vendor-kit': ['shared', 'occi', 'terms'],
  'vendor-host': ['vendor-kit', 'occi', 'shared', 'terms'],
  sla: ['vendor-host', 'vendor-kit', 'infrastructure', 'occi', 'shared', 'terms'],
  monitoring: ['archive', 'vendor-host', 'sla', 'occi', 'shared', 'terms', 'vendor-kit'],
  broker: ['sla', 'rules', 'vendor-host', 'vendor-kit', 'infrastructure', 'occi', 'shared', 'terms'],
  compliance: ['archive', 'sla', 'infrastructure', 'occi', 'shared', 'terms'],
  http: ['occi', 'auth', 'notify', 'shared'],
  scheduler: ['occi', 'shared'],
  store: ['occi', 'archive', 'shared'],
  web: ['shared'],
  cli: ['shared', 'terms', 'rules', 'compliance', 'archive', 'config'],
};

const parts = Object.entries(may).map(([part, allowed]) => ({
  name: `${part}-imports`,
  comment: `src/${part} may import ${['itself', ...allowed].join(', ')}`,
  severity: 'error',
  from: { path: `^src/${part}/` },
  to: { path: '^(src|vendors|test)/', pathNot: `^src/(${[part, ...allowed].join('|')})/` },
}));

const only = (name, library, where) => ({
  name: `${name}-only-there`,
  severity: 'error',
  from: { path: '^(src|vendors)/', pathNot: where },
  to: { path: `node_modules/${library}/` },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    ...parts,
    {
      name: 'vendors-import-the-kit',
      severity: 'error',
      from: { path: '^vendors/([^/]+)/' },
      to: { path: '^(src|vendors|test)/', pathNot: '^(src/vendor-kit/|vendors/$1/)' },
    },
    { name: 'src-never-imports-test', severity: 'error', from: { path: '^src/' }, to: { path: '^test/' } },
    {
      name: 'nobody-imports-compose',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/main.ts$' },
      to: { path: '^src/(compose|main).ts$' },
    },
    only('koa', '(koa|@koa)', '^src/(http|web)/'),
    only('mongoose', 'mongoose', '^src/store/mongo/'),
    only('node-schedule', '(node-schedule|@types/node-schedule)', '^src/scheduler/'),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
