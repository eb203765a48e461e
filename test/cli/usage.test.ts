import { existsSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import t from 'tap'
import { createProgram } from '../../src/cli/arguments/program.ts'
import { tempFolder } from '../db/embedded/embedded-servers.ts'
import { command } from '../help/command.ts'
import { runHere } from './run-here.ts'

const data = join(tempFolder(t), 'untouched')
const usage = /\nWith --help it says what it takes\.\n$/

const wrongCommands: [string[], number, RegExp][] = [
  [[], 2, /^Usage: debrief [\s\S]+\n {2}serve /],
  [['token'], 2, /^Usage: debrief token [\s\S]+\n {2}create /],
  [['fly'], 2, /^Unknown command 'fly'\.\n/],
  [['tokne'], 2, /^Unknown command 'tokne' \(Did you mean token\?\)\n/],
  [['token', 'create'], 2, /^Say what the token is for: --name <text>\.\n$/],
  [
    ['token', 'create', '--name', 'ci'],
    2,
    /^Say what .+: --scope admin\|review\|write\|read\|events:write\.\n$/,
  ],
  [
    ['token', 'create', '--name', 'ci', '--scope', 'root'],
    2,
    /'root' is invalid\. Allowed choices are admin, /,
  ],
  ...['soon', '0d', '2027-02-30', '2027-01-01T00:00:00'].map((end): [string[], number, RegExp] => [
    ['token', 'create', '--name', 'ci', '--scope', 'read', '--expires', end],
    2,
    /It must be a number of days, a date or a time .+\.\n/,
  ]),
  [['token', 'create', '--expires', '2020-01-01'], 2, /It must be later than now\.\n/],
  [['token', 'create', '--requests-per-minute', '1000001'], 2, /a whole number from 1 to 1000000\.\n/],
  [['token', 'revoke'], 2, /^Say which token: [^\n]+\.\n$/],
  [['token', 'revoke', `dbf_${'a'.repeat(63)}`], 2, /^Say which token: (?!.*aaaa)[^\n]+\.\n$/],
  [['token', 'list', `dbf_${'a'.repeat(63)}`], 2, /^Too many arguments (?!.*aaaaaaaaaaaaa)[^\n]+\.\n/],
  [['token', 'revoke', 'a'.repeat(12)], 1, /^There is no database in .+ DEBRIEF_DATA .+\.\n$/],
  [['token', 'list'], 1, /^There is no database in .+ DEBRIEF_DATA .+\.\n$/],
  [['token', 'create', '--nam', 'ci'], 2, /^Unknown option '--nam' \(Did you mean --name\?\)\n/],
  [['token', 'create', '--name'], 2, /^Option '--name <text>' argument missing\.\n/],
  [
    ['link', 'create', '--name', 'alerts'],
    2,
    /^Say which tool .+ alertmanager\|grafana\|.+, --feed csv\|calendar\.\n$/,
  ],
  [
    ['link', 'create', '--name', 'x', '--source', 'generic', '--mapping', data],
    2,
    /^--mapping cannot be read/,
  ],
  [['export'], 2, /^Say where to: --out <folder>\.\n$/],
  [
    ['export', '--severity', 'SEV1,SEV9'],
    2,
    /It must be of SEV1, SEV2, SEV3, SEV4, SEV5, with commas between\.\n/,
  ],
  [['overdue', '--as-of', '2026-02-30'], 2, /It must be a date, such as 2026-07-01\.\n/],
  [['overdue', '--due-within', '7'], 2, /It must be a number of days, such as 7d\.\n/],
  [
    ['overdue', '--url', 'http://127.0.0.1:2'],
    2,
    /^Say with which token: --token-file <file>, or DEBRIEF_TOKEN\.\n$/,
  ],
  [['overdue', '--token-file', data], 2, /^--token-file cannot be read \(ENOENT.+\)\.\n$/],
  [
    ['overdue', '--token', 'x', '--token-file', data],
    2,
    /'--token <token>' cannot be used with .+ '--token-file/,
  ],
  [['overdue', '--token', ''], 2, /^The token of --token or --token-file is empty\.\n$/],
  [['overdue', '--token', 'x', '--url', 'debrief.example'], 2, /^--url must be an address like .+\.\n$/],
  [
    ['overdue', '--token', 'x', '--url', 'http://127.0.0.1:2'],
    1,
    /^No service can be reached at http:\/\/127\.0\.0\.1:2 \(ECONNREFUSED\): .+ --url .+\.\n$/,
  ],
]

t.test('a wrong command or option is answered in a sentence, and touches nothing', async t => {
  for (const [args, code, expected] of wrongCommands) {
    const answer = await runHere(t, args, { DEBRIEF_DATA: data })
    t.match(answer, { code, stdout: '', stderr: expected }, args.join(' '))
    t.equal(/^(Unknown|Option|Too many)/.test(answer.stderr), usage.test(answer.stderr), answer.stderr)
  }
  t.notOk(existsSync(data))
})

t.test('the exit code of a process is that of its command', async t => {
  const codeOf = async (...args: string[]) => {
    const { code, stdout } = await command(t, args, { DEBRIEF_DATA: data }).ended
    return { code, stdout }
  }
  const [help, wrong, failed] = await Promise.all([
    codeOf('--help'),
    codeOf('fly'),
    codeOf('overdue', '--token', 'x', '--url', 'http://127.0.0.1:2'),
  ])
  t.match(help, { code: 0, stdout: /^Usage: debrief / })
  t.same(
    [wrong, failed],
    [
      { code: 2, stdout: '' },
      { code: 1, stdout: '' },
    ],
  )
})

/** A command and all below it. */
const allOf = (program: Command): Command[] => [program, ...program.commands.flatMap(allOf)]

/** What `--help` prints. */
function helpOf(program: Command): string {
  let text = ''
  program.configureOutput({ writeOut: part => (text += part), getOutHelpWidth: () => 80 }).outputHelp()
  return text
}

t.test('help teaches: what it takes, with examples and exit codes, on a narrow terminal', async t => {
  for (const program of allOf(createProgram())) {
    const help = helpOf(program)
    const lines = help.split('\n')
    t.same(
      lines.filter(line => line.length > 80),
      [],
      program.name(),
    )
    const takesOptions = program.options.some(
      ({ long }) => !['--url', '--token', '--token-file'].includes(long!),
    )
    if (takesOptions)
      t.match(help, /\nExamples:\n {2}debrief [\s\S]+\nExit codes:\n {2}0 {2}/, program.name())
  }
})

/** The files and packages that a module loads at once, with what these load. */
function loadedBy(path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) return seen
  seen.add(path)
  if (!path.endsWith('.ts')) return seen
  const source = readFileSync(path, 'utf8')
  for (const [, names = '', from = ''] of source.matchAll(
    /^import\s(?:(?!type\s)([^'"]*?)\sfrom\s)?'([^']+)'/gm,
  ))
    if (!/^\{\s*type [^,]*\}$/.test(names))
      loadedBy(from.startsWith('.') ? resolve(path, '..', from) : from, seen)
  return seen
}

t.test('a mistake is answered before the service is loaded', async t => {
  const root = resolve(import.meta.dirname, '../../src')
  const loaded = [...loadedBy(join(root, 'main.ts'))]
  const packages = loaded.filter(name => !name.endsWith('.ts') && !name.startsWith('node:'))
  t.same(packages.sort(), ['commander', 'env-schema', 'typebox'])
  t.same(
    loaded
      .map(path => relative(root, path).split('/')[0])
      .filter(room => ['app.ts', 'db', 'client'].includes(room!)),
    [],
  )
})
