/** The clients, each with a folder of its name beside this file, and how it is made there. */

export interface Client {
  generator: string
  /** The generator's version is the first group in this file of the client's folder. */
  version: { file: string; pattern: RegExp }
  /** Whether `--due` names it every time, and not only where something has changed since all have passed. */
  always: boolean
  /** Shell commands, in a copy of the client's folder with the contract as openapi.json. */
  steps: { install: string; generate: string; compile: string; call: string }
}

const importAll = [
  'import debrief, importlib, pkgutil',
  "for module in pkgutil.walk_packages(debrief.__path__, 'debrief.'): importlib.import_module(module.name)",
]

/** The slowest first, since some wait for others to end. */
export const clients: Record<string, Client> = {
  java: {
    generator: 'openapi-generator',
    version: { file: 'pom.xml', pattern: /<openapi-generator.version>(.+?)</ },
    always: false,
    steps: {
      install: 'mvn -B -q dependency:resolve',
      generate: 'mvn -B -q generate-sources',
      compile: 'mvn -B -q compile',
      call: 'mvn -B -q exec:java',
    },
  },
  go: {
    generator: 'ogen',
    version: { file: 'go.mod', pattern: /ogen-go\/ogen (\S+)/ },
    always: false,
    steps: {
      install: 'go mod download && go build -o ogen github.com/ogen-go/ogen/cmd/ogen',
      generate: './ogen --target debrief --package debrief --config ogen.yml openapi.json',
      compile: 'go build -buildvcs=false -o client .',
      call: './client',
    },
  },
  python: {
    generator: 'openapi-python-client',
    version: { file: 'requirements.in', pattern: /openapi-python-client==(\S+)/ },
    always: false,
    steps: {
      install:
        'python3 -m venv venv && venv/bin/pip install --quiet --no-compile --require-hashes --requirement requirements.txt',
      generate:
        'venv/bin/openapi-python-client generate --path openapi.json --config config.yml --meta none --output-path debrief --fail-on-warning',
      compile: `venv/bin/python -c "${importAll.join('\n')}"`,
      call: 'venv/bin/python client.py',
    },
  },
  'hey-api': {
    generator: '@hey-api/openapi-ts',
    version: { file: 'package.json', pattern: /"@hey-api\/openapi-ts": "(.+?)"/ },
    always: false,
    steps: {
      install: 'npm ci --prefer-offline',
      generate: 'npx openapi-ts --input openapi.json --output generated --no-log-file',
      compile: 'npx tsc',
      call: 'node out/client.js',
    },
  },
  'openapi-fetch': {
    generator: 'openapi-typescript',
    version: { file: 'package.json', pattern: /"openapi-typescript": "(.+?)"/ },
    always: true,
    steps: {
      install: 'npm ci --prefer-offline',
      generate: 'npx openapi-typescript openapi.json --output generated/contract.ts',
      // Those of Debrief's own client are the same, below a line with the hash of the contract.
      compile: 'tail -n +2 ../../../src/client/contract.ts | cmp - generated/contract.ts && npx tsc',
      call: 'node out/client.js',
    },
  },
}
