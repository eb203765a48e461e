import t from 'tap'
import { postmortemDocument } from '../../../src/postmortem/document/document.ts'
import { toHtml } from '../../../src/postmortem/document/html/html.ts'
import { toMarkdown } from '../../../src/postmortem/document/markdown/markdown.ts'
import type { PostmortemChange } from '../../../src/postmortem/schema.ts'
import { cpuRatio } from '../../help/measuring/cpu-ratio.ts'
import { change, source } from '../builders.ts'
import { drill } from '../drill.ts'

const inReview = (
  changes: PostmortemChange[] = drill().changes,
  status: 'in_review' | 'final' = 'in_review',
) => {
  const data = drill()
  return { ...data, incident: { ...data.incident, status }, changes }
}
const section = (data: ReturnType<typeof drill>) =>
  /\n## Changes\n\n([\s\S]*)\n## Review record/.exec(toMarkdown(postmortemDocument(data)))![1]!
const diffOf = (more: Partial<PostmortemChange>) =>
  /^(`{3,})diff\n([\s\S]*?)\n\1$/m.exec(section(inReview([change(1, more)])))?.[2]

t.test('an alert rule is shown with its diff, where it comes from and what verified it', async t => {
  t.match(
    section(inReview()),
    `### Change 1: alert rule PaymentErrorRateHigh

- Status: verified
- Because of: AI-4, factor 3
- See: [the change itself](https://git.carta.example/monitoring/pull/118)
- Verified by: [prometheus alert](https://prometheus.carta.example/alerts?name=PaymentErrorRateHigh): “PaymentErrorRateHigh fired 2 min after the stub was set to fail.”

\`\`\`diff
--- a/PaymentErrorRateHigh
+++ b/PaymentErrorRateHigh
@@ -4,12 +4,14 @@
     rules:
       - record: checkout_orders:error_ratio
         expr: sum(rate(checkout_orders_total{outcome="failed"}[5m])) / sum(rate(checkout_orders_total[5m]))
+      - record: checkout_payments:failure_ratio
+        expr: sum(rate(checkout_payments_total{outcome="failed"}[2m])) / sum(rate(checkout_payments_total[2m]))
       - alert: PaymentErrorRateHigh
-        expr: checkout_orders:error_ratio > 0.10
-        for: 5m
+        expr: checkout_payments:failure_ratio > 0.05
+        for: 2m
         labels:
           severity: page
           service: checkout
         annotations:
-          summary: '{{ $value | humanizePercentage }} of orders fail'
+          summary: '{{ $value | humanizePercentage }} of payments fail'
           runbook_url: https://runbooks.carta.example/payments
\`\`\`

### Change 2: SLO checkout-payments
`,
  )
})

t.test('an SLO and a new runbook are shown in the order of their numbers', async t => {
  t.match(
    section(inReview()),
    `### Change 2: SLO checkout-payments

- Status: applied
- Because of: factors 3, 4

\`\`\`diff
--- a/checkout-payments
+++ b/checkout-payments
@@ -7,6 +7,6 @@
   indicator:
     spec:
       ratioMetric:
-        good: checkout_orders_total{outcome="ok"}
+        good: checkout_payments_total{outcome="ok"}
   objectives:
-    - target: 0.995
+    - target: 0.999
\`\`\`

### Change 3: runbook Payments

- Status: proposed
- Because of: AI-2

\`\`\`diff
--- /dev/null
+++ b/Payments
@@ -0,0 +1,5 @@
+# Payments
+
+1. Look`,
  )
})

t.test('changes are shown from the review on', async t => {
  const data = drill()
  t.equal(section(data), '3 changes are recorded; they are shown from the review on.\n')
  t.equal(
    section({ ...data, changes: [change(1)] }),
    '1 change is recorded; it is shown from the review on.\n',
  )
  t.equal(section(inReview([])), '[no changes yet]\n')
  t.equal(section(inReview([], 'final')), 'No changes.\n')
  t.equal(section(inReview(undefined, 'final')), section(inReview()))
})

t.test('a text that is removed whole, and a line without an end, are shown as diff does', async t => {
  t.equal(
    diffOf({ before: 'a\nb' }),
    '--- a/PaymentErrorRateHigh\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n\\ No newline at end of file',
  )
  t.match(diffOf({ before: 'a', after: 'a\n' }), '@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a')
  t.equal(diffOf({}), undefined, 'and where there is no text, there is no diff')
})

t.test('a text too different for the fewest lines to be found is replaced as a whole', async t => {
  const lines = (word: string, end = '') =>
    `${Array.from({ length: 600 }, (_, i) => `${word} ${i}`).join('\n')}${end}`
  const diff = diffOf({ before: lines('old', '\n'), after: lines('new') })!.split('\n')
  t.same(diff.slice(2, 4), ['@@ -1,600 +1,600 @@', '-old 0'])
  t.same(diff.slice(602, 604), ['-old 599', '+new 0'])
  t.same(diff.slice(-2), ['+new 599', '\\ No newline at end of file'])
})

t.test('how lines end counts only where it changes', async t => {
  const crlf = 'a\r\nb\r\nc\r\n'
  t.match(diffOf({ before: crlf, after: 'a\r\nx\r\nc\r\n' }), '\n a\n-b\n+x\n c')
  t.match(diffOf({ before: 'a\nb\n', after: 'a\r\nb\n' }), '\n-a\n+a[U+000D]\n b')
  t.match(diffOf({ after: 'a\u2028b\rc\n' }), '\n+a[U+2028]b[U+000D]c', 'and nothing else breaks a line')
})

t.test('a text in the diff is inert: fences, controls and markup stay text', async t => {
  const markdown = section(
    inReview([change(1, { target: 'a`b_c_', before: '```\n````diff\n', after: '\u202e</pre>\n' })]),
  )
  t.match(markdown, '### Change 1: alert rule a`b_c_\n')
  t.match(markdown, '\n`````diff\n--- a/a`b_c_\n')
  t.match(markdown, '\n-```\n-````diff\n+[U+202E]</pre>\n`````\n')
})

t.test('a long verification stands whole below', async t => {
  const text = section(
    inReview([
      change(1, {
        status: 'verified',
        verified_by_source: source('log', 'ci', { excerpt: 'ok 1\nok 2', query: 'job="drill"' }),
      }),
    ]),
  )
  t.match(
    text,
    '- Verified by: ci log: “ok 1 …” (excerpt below) (query below)\n\nExcerpt:\n\n```\nok 1\nok 2\n```\n\nQuery:\n\n```\njob="drill"\n```\n',
  )
})

t.test('in HTML each line has its sign and its element', async t => {
  const html = toHtml(inReview([change(1, { before: 'a <b>\nc\n', after: 'a <i>\nc\n' })]))
  t.match(
    html,
    `<pre class="diff" tabindex="0">
<code><b>--- a/PaymentErrorRateHigh</b>
<b>+++ b/PaymentErrorRateHigh</b>
<b>@@ -1,2 +1,2 @@</b>
<del>-a &lt;b&gt;</del>
<ins>+a &lt;i&gt;</ins>
 c</code></pre>`,
  )
})

t.test('the cost of a diff is bounded, however hostile the texts are', async t => {
  const random = (seed: number) => {
    let state = seed
    return () => {
      state = (state * 1103515245 + 12345) % 2147483648
      return state / 2147483648
    }
  }
  const lines = (next: () => number, length: number) =>
    Array.from({ length }, () => (next() < 0.5 ? 'a' : 'b')).join('\n')
  const written = (before: string, after: string) => {
    const data = inReview([change(1, { before, after })])
    return () => toMarkdown(postmortemDocument(data))
  }
  const long = lines(random(1), 50_000)
  const harmless = written(long, `one line more\n${long}`)
  for (const length of [1500, 12_500, 50_000]) {
    const hostile = written(lines(random(1), length), lines(random(7), length))
    const growth = cpuRatio(harmless, hostile, 16)
    t.ok(growth <= 16, `${length} lines cost ${growth.toFixed(1)} times as much as one line more of 50,000`)
  }
})
