import t from 'tap'
import { promqlFault } from '../../src/changes/promql.ts'

/** Each expression with its fault, as the warning has it after `expr`. */
const unsound = {
  'sum(rate(x[5m])': 'has a `(` that is not closed',
  'sum(rate(x[5m)': 'has `)` where `[` is open',
  'sum(x))': 'has a `)` too many',
  'up{job="a"': 'has a `{` that is not closed',
  'up >': 'ends too early',
  'up offset # a day': 'ends too early',
  ' # up': 'says nothing',
  'up{job="a}': 'has a string that is not closed, `"a}`',
  'label_replace(up, "a", `b)': 'has a string that is not closed, ``b)`',
  'up{job=~"a\\.b"}': 'has `\\.` in a string, where a backslash is written `\\\\`',
  "up{job='\\\"'}": 'has `\\"` in a string, where a backslash is written `\\\\`',
  'up\u00a0== 0': 'has `\u00a0` (U+00A0) outside of a string',
  'up{job=“a”}': 'has `“` (U+201C) outside of a string',
  'up == {{ $value }}': 'stops being PromQL at `{ $value }}`',
  'up = 0': 'stops being PromQL at `= 0`',
  'up == 0 for 5m': 'stops being PromQL at `for 5m`',
  'up > 5%': 'ends too early',
  'rate(x[5m1h])': 'stops being PromQL at `1h])`',
  'sum(x) by job': 'stops being PromQL at `job`',
  'sum(x,)': 'stops being PromQL at `)`',
  'up && up': 'stops being PromQL at `&& up`',
  'up up "': 'stops being PromQL at `up "`',
  'rat(x[5m])': 'calls `rat`, which is no function of PromQL',
  'holt_winters (x[1d], 0.1, 0.1': 'calls `holt_winters`, which is no function of PromQL',
  'up up': 'stops being PromQL at `up`',
  '2.5.': 'stops being PromQL at `.`',
  [`up ${'u'.repeat(70)}`]: `stops being PromQL at \`${'u'.repeat(60)}…\``,
}

t.test('an expression that is no PromQL has its first fault said', async t => {
  for (const [expression, words] of Object.entries(unsound)) {
    const fault = promqlFault(expression)
    t.equal(fault?.words, words, expression)
    t.ok(fault && fault.at >= 0 && fault.at < expression.length, 'and has its place in it')
  }
})

t.test('the fault that comes first is the one that is said, at its place', async t => {
  t.match(promqlFault('up up "'), { at: 3, words: /^stops/ })
  t.match(promqlFault('up " up up'), { at: 3, words: /^has a string/ })
  t.match(promqlFault('sum(rate(x[5m])\n> 0 # )'), { at: 3, words: /not closed/ })
  t.match(promqlFault('sum(up up'), { at: 7, words: /^stops/ })
  t.match(promqlFault('1 + (rat (x'), { at: 5, words: /no function/ })
  t.match(promqlFault('up +  # why\n'), { at: 3, words: /too early/ })
  t.match(promqlFault('min_of(1, (2)'), { at: 6, words: /not closed/ })
})

t.test('of more than 140 operators, only brackets and strings are read', async t => {
  const sum = (count: number, rest: string) => promqlFault(`${'up + '.repeat(count)}up${rest}`)
  t.match(sum(140, ' up'), { words: /^stops/ })
  t.equal(sum(141, ' up'), undefined)
  t.match(sum(141, ' up)'), { words: /too many/ })
  t.match(sum(141, ' "up'), { words: /^has a string/ })
})

const sound = [
  ...['up', 'job:up:sum', ':a', 'UP', 'rate', 'sum + by', 'start - end', 'on_call', 'infra'],
  ...['1', '1e3', '1E-3', '0x1f', '0X1F', '0x_f', '1_000', '.5', '5.', '1./6.', '1h30m', '-Inf', 'nan'],
  ...['"a"', "'it is'", '`a\\.b`', '"\\"\\\\\\n\\x41\\101\\u00e9\\U0001f600"', '"é “ ( # "', "'\\''"],
  'up{job="a",env!="b",path=~"/a.*|b",code!~`5..`,}',
  'up{on="a", by="b", bool="c", inf="d", offset="e"}',
  '{__name__=~"job:.+"}',
  '{"my.metric"}',
  `{"my.metric", "a label"='b'} offset 5m`,
  'sum(up)',
  'sum by (job, "a.b", on, foo:bar,) (up)',
  'sum(up) without (instance)',
  'SUM BY (a) (b) / ON (a) GROUP_LEFT () c',
  'topk(5, count_values("version", build_info))',
  'quantile(0.9, up) or limitk(3, up) or limit_ratio(0.1, up)',
  'histogram_quantile(0.99, sum by (le) (rate(request_duration_seconds_bucket[5m])))',
  'histogram_fraction(0, 0.2, rate(request_duration_seconds[1h]))',
  'label_replace(up, "host", "$1", "instance", "(.*):.*")',
  'absent(up{job="a"}) or vector(0)',
  'min_of(1, 2) > max_of(1, 2)',
  'time() - timestamp(up) > 1d',
  'rate(x[1y2w3d4h5m6s7ms])',
  'rate(x[300])',
  'max_over_time(rate(x[5m])[1h:1m] offset 1w)',
  'rate(x[5m:])',
  'rate(x[5m] @ 1609746000.5)',
  'x offset -5m @ end() / x @ start()',
  'rate(x[5m + 2 * step()]) + x offset -min_of(10s, RANGE())',
  'x > bool on (a) group_right (b) y',
  'x + ignoring (a) fill (0) y',
  'x and y unless z or w atan2 v',
  '-x ^ -2 % 3 == - - +1',
  'x != 1 >= 2 <= 3 < 4',
  'rate(x[5m] smoothed) - increase(x[5m] anchored)',
  'offset{a="b"} offset 5m > bool offset',
  'up # (why\n  == # "\n\t0 #',
  `up${' or up'.repeat(10_000)}`,
  `${'a'.repeat(300)}${` or ${'b'.repeat(300)}`.repeat(140)}`,
  `${'a'.repeat(300)}${` or ${'b'.repeat(300)}`.repeat(200)}`,
  `${'abs('.repeat(140)}up${')'.repeat(140)}`,
  `${'('.repeat(20_000)}up${')'.repeat(20_000)}`,
]

t.test('no sound expression has a fault', async t => {
  for (const expression of sound) t.equal(promqlFault(expression), undefined, expression.slice(0, 200))
})
