/** What people paste into an incident: words without a break, code that is wide, lists and quotes in each other. */

const longWord = 'com.example.exports.scheduler.queue.DelayedExportCoordinatorFactoryBeanPostProcessorAdapter'
const longAddress = `https://grafana.example/d/exports/overview?${'var-queue=exports-eu-west-1&'.repeat(9)}from=now`
const wideLine = `find /var/spool/exports -name '*.q' -newermt '2026-10-18 08:00' -not -path '*/archive/*' -printf '%TY-%Tm-%Td %TH:%TM %p\\n' | sort`

const asCommonMark = `Affected:

- EU region, see [the panel](https://grafana.example/d/1?x=a|b)
  - the queue \`exports-eu\`
    1. its first shard
    2. its second shard, \`${longWord}\`
- *not* the US

> A customer wrote:
>
> > Our report of Monday is empty.
>
> That is how we knew.

\`\`\`sh
${wideLine}
  -o -name '*.tmp'
\`\`\`

| not | a table |
|---|---|
| <b>no</b> | &amp; **no** |

cc @everyone, fixes #12 and GH-3. ${longAddress}`

const rule = (expression: string) =>
  `groups:\n  - name: exports\n    rules:\n      - alert: ExportsQueueIsStuck\n        expr: ${expression}\n        for: 2m\n`

export const pasted = {
  incident: {
    title: `Exports stop four times in ten days: ${longWord}`,
    summary: {
      what_broke: asCommonMark,
      who_was_affected: `Everyone who asked for an export.\n\n- Teams\n- Guests`,
    },
    impact: { description: asCommonMark, users_affected: 12_480, cost: `EUR 3,100, as ${longWord} counts` },
    services: ['exports', longWord],
    labels: { region: 'eu-west-1', 'example.com/very-long-name-of-a-label-that-tools-write': longWord },
    went_well: ['`exportctl drain` did what its page says.', `We had ${longAddress} at hand.`],
    went_poorly: [`Nobody knew ${longWord}.\nIts page was a year old.`],
    sections: [{ heading: `What ${longWord} does`, body: asCommonMark }],
    external_refs: [{ system: 'statuspage', id: longWord, url: longAddress }],
  },
  /** Of an event. */
  source: {
    ...{ kind: 'log', system: 'exports-scheduler', url: longAddress, query: wideLine },
    excerpt: `2026-10-18T13:30:00.412Z ERROR ${longWord}: ${'0123456789abcdef'.repeat(12)}\n\tat ${longWord}.run`,
  },
  described: `\`${longWord}\` is started again with \`--queue=${'x'.repeat(60)}\`, see ${longAddress}`,
  change: {
    ...{ target_kind: 'alert_rule', target: longWord, status: 'applied', factors: [2], url: longAddress },
    before: rule('sum(rate(exports_done_total[5m])) == 0'),
    after: rule(
      `sum by (queue, region, ${longWord.replaceAll('.', '_')}) (rate(exports_done_total{queue=~"exports-eu.*"}[5m])) == 0 and on (queue) exports_waiting > 100`,
    ),
  },
}
